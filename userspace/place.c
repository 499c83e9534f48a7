// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

#include <stdio.h>
#include <stdlib.h>

/* CONFIG_PHYSICAL_ALIGN of all distributions' kernels: what KASLR moves by. */
#define SLIDE_STEP 0x200000ULL
#define SLIDE_MAX 0x40000000ULL
#define PAGE 4096ULL
/* A function that is larger has more places than are looked at. */
#define PLACES_MAX 64

/* The frames of all listings, one behind the other. */
static const struct listing_frame *frame_at(const struct listings *listings, u32 index)
{
	u32 i;

	for (i = 0; i < listings->count; i++) {
		if (index < listings->listing[i].frames)
			return &listings->listing[i].frame[index];
		index -= listings->listing[i].frames;
	}
	return NULL;
}

static int fail(struct image *image, const char *text)
{
	snprintf(image->error, sizeof(image->error), "%s", text);
	return -EBADMSG;
}

/* Whether a function of the frame's name is around its address when moved by @slide. */
static bool fits_kernel(const struct image *image, const struct listing_frame *frame, u64 slide,
			bool *known)
{
	const struct function *function;
	u32 i;

	*known = false;
	for (i = 0; i < image->functions; i++) {
		function = &image->function[i];
		if (function->module || strcmp(function->name, frame->name))
			continue;
		*known = true;
		if (frame->ip - slide - function->begin <= function->size)
			return true;
	}
	return false;
}

/* The moves by which a frame fits, one for each function of its name. */
static u32 slides_of(const struct image *image, const struct listing_frame *frame, u64 *slides)
{
	const struct function *function;
	u32 i, count = 0;
	u64 slide;

	for (i = 0; i < image->functions && count < PLACES_MAX; i++) {
		function = &image->function[i];
		if (function->module || strcmp(function->name, frame->name) ||
		    frame->ip < function->begin)
			continue;
		slide = (frame->ip - function->begin) & ~(SLIDE_STEP - 1);
		if (slide < SLIDE_MAX && frame->ip - slide - function->begin <= function->size)
			slides[count++] = slide;
	}
	return count;
}

struct votes {
	const struct listing_frame *against;
	u32 known, agree;
};

static struct votes count_votes(const struct image *image, const struct listings *listings,
				u64 slide)
{
	const struct listing_frame *frame;
	struct votes votes = { 0 };
	bool known;
	u32 i;

	for (i = 0; (frame = frame_at(listings, i)); i++) {
		if (frame->module[0])
			continue;
		if (fits_kernel(image, frame, slide, &known))
			votes.agree++;
		else if (known && !votes.against)
			votes.against = frame;
		votes.known += known;
	}
	return votes;
}

int place_kernel(struct image *image, const struct listings *listings)
{
	const struct listing_frame *frame, *first = NULL;
	struct votes votes, best = { 0 };
	u64 slides[PLACES_MAX], slide = 0;
	u32 i, count;

	/* The first frame that the image knows decides what is asked; all must agree. */
	for (i = 0; !best.agree && (frame = frame_at(listings, i)); i++) {
		if (frame->module[0])
			continue;
		count = slides_of(image, frame, slides);
		while (count--) {
			votes = count_votes(image, listings, slides[count]);
			if (votes.agree <= best.agree)
				continue;
			best = votes;
			slide = slides[count];
			first = frame;
		}
	}
	if (!best.agree)
		return fail(image, "no frame's address fits the function of its name: is this the kernel of the listing?");
	if (best.agree != best.known) {
		snprintf(image->error, sizeof(image->error),
			 "the frames do not agree on where the kernel was: by #%u %s (line %lu) it was moved by 0x%llx, but #%u %s (line %lu) does not fit then: is this the kernel of the listing?",
			 first->number, first->name, first->line, (unsigned long long)slide,
			 best.against->number, best.against->name, best.against->line);
		return -EBADMSG;
	}
	image_slide(image, slide);
	return 0;
}

static bool is_of(const struct listing_frame *frame, const struct image_module *module)
{
	return !strcmp(frame->module, module->name);
}

/* Whether a frame fits a module's part that begins at @base. */
static bool fits_module(const struct image *image, u16 number, const struct listing_frame *frame,
			enum image_part part, u64 base, bool *known)
{
	struct image_spot spot;
	u32 i;

	*known = false;
	for (i = 0; image_spot(image, number, frame->name, i, &spot); i++) {
		if (spot.part != part)
			continue;
		*known = true;
		if (frame->ip - base - spot.offset <= spot.size)
			return true;
	}
	return false;
}

/* How many of a module's frames a base fits; @against is set to one that it does not. */
static u32 fitting(const struct image *image, const struct listings *listings, u16 number,
		   enum image_part part, u64 base, const struct listing_frame **against)
{
	const struct listing_frame *frame;
	u32 i, count = 0;
	bool known;

	*against = NULL;
	for (i = 0; (frame = frame_at(listings, i)); i++) {
		if (!is_of(frame, &image->module[number - 1]))
			continue;
		if (fits_module(image, number, frame, part, base, &known))
			count++;
		else if (known)
			*against = frame;
	}
	return count;
}

/*
 * Where a part of a module begins: a page, so that a frame in a function smaller than
 * a page tells it. 0: no frame is in that part.
 */
static int find_part(struct image *image, const struct listings *listings, u16 number,
		     enum image_part part, u64 *base)
{
	const struct listing_frame *frame, *against, *why = NULL;
	struct image_spot spot;
	u64 found[PLACES_MAX], at;
	u32 i, j, k, count = 0;
	bool any = false;

	*base = 0;
	for (i = 0; !count && (frame = frame_at(listings, i)); i++) {
		if (!is_of(frame, &image->module[number - 1]))
			continue;
		for (j = 0; image_spot(image, number, frame->name, j, &spot); j++) {
			if (spot.part != part)
				continue;
			any = true;
			at = (frame->ip - spot.offset) & ~(PAGE - 1);
			for (; frame->ip - at - spot.offset <= spot.size; at -= PAGE) {
				if (!fitting(image, listings, number, part, at, &against))
					continue;
				if (against) {
					why = against;
					continue;
				}
				for (k = 0; k < count && found[k] != at; k++)
					;
				if (k == count && count < PLACES_MAX)
					found[count++] = at;
			}
		}
	}
	if (!any || count == 1) {
		*base = count ? found[0] : 0;
		return 0;
	}
	if (count)
		snprintf(image->error, sizeof(image->error),
			 "module %s: its frames leave open where it was (0x%llx and 0x%llx fit)",
			 image->module[number - 1].name, (unsigned long long)found[0],
			 (unsigned long long)found[1]);
	else
		snprintf(image->error, sizeof(image->error),
			 "module %s: its frames do not agree on where it was%s%s: is this the module of the listing?",
			 image->module[number - 1].name, why ? ", as of " : "",
			 why ? why->name : "");
	return -EBADMSG;
}

int place_modules(struct image *image, const struct listings *listings,
		  void (*unused)(const char *module))
{
	u64 text, init_text;
	u16 number;
	int ret;

	for (number = 1; number <= image->modules; number++) {
		ret = find_part(image, listings, number, IMAGE_TEXT, &text);
		if (!ret)
			ret = find_part(image, listings, number, IMAGE_INIT_TEXT, &init_text);
		if (ret)
			return ret;
		if (!text && !init_text) {
			unused(image->module[number - 1].name);
			continue;
		}
		/* One part is in sight: what of the other is not is put out of the way. */
		if (!text)
			text = ALIGN(init_text + image->module[number - 1].bytes[IMAGE_INIT_TEXT] +
				     image->module[number - 1].bytes[IMAGE_INIT_DATA] + PAGE, PAGE);
		ret = image_place(image, number, text, init_text);
		if (ret)
			return ret;
	}
	return 0;
}
