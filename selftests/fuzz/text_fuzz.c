// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text: the parser refuses it and says where, or the record that it makes
 * prints as that text.
 */
#include "core/record.h"
#include "parse.h"
#include "sinks.h"
#include "taker.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const char *text = (const char *)data;
	struct parse_error error = { 0 };
	struct stackanno_view view;
	void *record;
	u32 bytes;
	size_t len;
	int ret;

	len = parse_length(text, size);
	CHECK(len <= size && (!size || len));
	CHECK(parse_length(text, len) == len);
	ret = parse_text(text, len, &record, &bytes, &error);
	if (ret) {
		CHECK(ret == -EBADMSG);
		CHECK(memchr(error.what, '\0', sizeof(error.what)) && *error.what);
		return 0;
	}
	CHECK(!stackanno_record_open(record, bytes, &view));
	CHECK(sinks_same_text(&view, text, len));
	sinks_check(&view, (u32)len, (u32)len & 63, 0);
	free(record);
	return 0;
}
