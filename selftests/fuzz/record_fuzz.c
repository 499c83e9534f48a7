// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes: the validator refuses them and says why, or they can be rendered in
 * each way there is.
 */
#include "core/record.h"
#include "sinks.h"
#include "taker.h"

static void check_refused(int ret, const struct stackanno_refusal *refusal)
{
	CHECK(ret == -ENODATA || ret == -ENOEXEC || ret == -EPROTONOSUPPORT || ret == -EBADMSG);
	CHECK(refusal->what && *refusal->what);
}

static void open_record(const u8 *bytes, size_t size)
{
	struct stackanno_refusal refusal;
	struct stackanno_view view;
	u32 budget;
	int ret;

	ret = stackanno_record_check(bytes, size, &view, &refusal);
	CHECK(ret == stackanno_record_open(bytes, size, &view));
	if (ret) {
		check_refused(ret, &refusal);
		return;
	}
	CHECK(view.head.total_size <= size);
	/* The console's budget is not in the record: of the time it was made, say. */
	budget = (u32)view.head.time_boot_ns;
	sinks_check(&view, budget >> 20, budget & 63, budget >> 6 & 8191);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct stackanno_record head;
	u8 *bytes;

	open_record(data, size);
	if (size < sizeof(head))
		return 0;
	/* As a record of that length: else few that grow or shrink come far. */
	memcpy(&head, data, sizeof(head));
	head.magic = STACKANNO_MAGIC;
	head.version_major = STACKANNO_VERSION_MAJOR;
	head.total_size = (u32)size & ~7U;
	bytes = malloc(size);
	CHECK(bytes);
	memcpy(bytes, data, size);
	memcpy(bytes, &head, sizeof(head));
	open_record(bytes, size);
	free(bytes);
	return 0;
}
