// SPDX-License-Identifier: GPL-2.0-only
#include "offline.h"

#include <stdio.h>
#include <stdlib.h>

#include "annotate.h"
#include "dis.h"
#include "image.h"
#include "listing.h"
#include "place.h"

bool offline_is_built(void)
{
	return true;
}

static int say(const char *name, int error)
{
	fprintf(stderr, "stackanno: %s: %s\n", name, strerror(-error));
	return error;
}

static void say_problems(const char *name, const struct listings *listings)
{
	u32 i;

	for (i = 0; i < listings->problems && i < LISTING_PROBLEMS; i++)
		fprintf(stderr, "stackanno: %s:%lu: %s\n", name, listings->problem[i].line,
			listings->problem[i].what);
	if (listings->problems > LISTING_PROBLEMS)
		fprintf(stderr, "stackanno: %s: %u more lines that cannot be read\n", name,
			listings->problems - LISTING_PROBLEMS);
}

static void say_unused(const char *module)
{
	fprintf(stderr, "stackanno: module %s: no frame is in it, so it is not used\n", module);
}

static int read_listings(const char *name, struct listings *listings)
{
	struct bytes bytes;
	u32 i, frames = 0;
	int ret;

	ret = bytes_read(name, &bytes);
	if (ret)
		return say(name, ret);
	ret = listings_parse((char *)bytes.at, bytes.len, listings);
	free(bytes.at);
	if (ret)
		return say(name, ret);
	say_problems(name, listings);
	for (i = 0; i < listings->count; i++)
		frames += listings->listing[i].frames;
	if (frames)
		return 0;
	fprintf(stderr, "stackanno: %s: no frame of crash's bt -f is in it\n", name);
	return -EBADMSG;
}

static int open_kernel(const struct offline *offline, const struct listings *listings,
		       struct image *image)
{
	unsigned int i;
	u16 number;
	int ret;

	ret = image_open(image, offline->vmlinux);
	for (i = 0; !ret && i < offline->modules; i++)
		ret = image_add_module(image, offline->module[i], &number);
	if (ret)
		return ret;
	ret = place_kernel(image, listings);
	if (ret) {
		fprintf(stderr, "stackanno: %s: %s\n", offline->vmlinux, image->error);
		image->error[0] = '\0';
		return ret;
	}
	return place_modules(image, listings, say_unused);
}

static int open_dis(const char *name, struct image *image)
{
	struct bytes bytes;
	int ret;

	ret = bytes_read(name, &bytes);
	if (ret) {
		snprintf(image->error, sizeof(image->error), "%s: %s", name, strerror(-ret));
		return ret;
	}
	ret = dis_open(image, (char *)bytes.at, bytes.len, name);
	free(bytes.at);
	return ret;
}

static int open_image(const struct offline *offline, const struct listings *listings,
		      struct image *image)
{
	int ret;

	memset(image, 0, sizeof(*image));
	image->fd = -1;
	if (offline->dis)
		ret = open_dis(offline->dis, image);
	else
		ret = open_kernel(offline, listings, image);
	if (ret && image->error[0])
		fprintf(stderr, "stackanno: %s\n", image->error);
	return ret == -ENOEXEC ? -EBADMSG : ret;
}

static int add_record(const struct listing *listing, struct image *image, const char *name,
		      struct records *records)
{
	struct stackanno_refusal refusal;
	void *record;
	u32 size;
	int ret;

	ret = annotate_listing(listing, image, records->count + 1, &record, &size);
	if (ret)
		return say(name, ret);
	records->parsed[records->parsed_count++] = record;
	ret = stackanno_record_check(record, size, &records->view[records->count], &refusal);
	if (ret) {
		/* Ours, and so a mistake of the program's. */
		fprintf(stderr, "stackanno: %s: the record made of it is damaged: %s, entry %u\n",
			name, refusal.what, refusal.index);
		return ret;
	}
	records->count++;
	return 0;
}

static int make_records(const struct listings *listings, struct image *image, const char *name,
			struct records *records)
{
	u32 i;
	int ret = 0;

	records->view = calloc(listings->count, sizeof(records->view[0]));
	records->parsed = calloc(listings->count, sizeof(records->parsed[0]));
	if (!records->view || !records->parsed)
		return say(name, -ENOMEM);
	for (i = 0; i < listings->count && !ret; i++)
		if (listings->listing[i].frames)
			ret = add_record(&listings->listing[i], image, name, records);
	return ret;
}

int offline_load(const struct offline *offline, struct records *records)
{
	struct listings listings;
	struct image *image;
	int ret;

	memset(records, 0, sizeof(*records));
	memset(&listings, 0, sizeof(listings));
	image = calloc(1, sizeof(*image));
	if (!image)
		return say(offline->listing, -ENOMEM);
	ret = read_listings(offline->listing, &listings);
	records->damaged = listings.problems;
	if (!ret) {
		ret = open_image(offline, &listings, image);
		if (!ret)
			ret = make_records(&listings, image, offline->listing, records);
		image_close(image);
	}
	listings_free(&listings);
	free(image);
	return ret;
}
