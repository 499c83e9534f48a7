/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel and its modules were: from a listing's frames and the files' symbols. */
#ifndef STACKANNO_PLACE_H
#define STACKANNO_PLACE_H

#include "image.h"
#include "listing.h"

/**
 * place_kernel() - find what the kernel was moved by, and move its image
 * @image: of the kernel; not moved before
 * @listings: frames, each a function's name and an address in it
 *
 * All frames whose names the image knows must agree.
 *
 * Return: 0; -EBADMSG, and the image's error says why.
 */
int place_kernel(struct image *image, const struct listings *listings);

/**
 * place_modules() - the same for the modules that were added to the image
 * @image: moved
 * @listings: the frames
 * @unused: called for each module that no frame is in; nothing is known of its place
 *
 * Return: as place_kernel().
 */
int place_modules(struct image *image, const struct listings *listings,
		  void (*unused)(const char *module));

#endif /* STACKANNO_PLACE_H */
