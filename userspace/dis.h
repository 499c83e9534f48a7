/* SPDX-License-Identifier: GPL-2.0-only */
/* Code out of what crash's `dis` printed, where the kernel's file is not at hand. */
#ifndef STACKANNO_DIS_H
#define STACKANNO_DIS_H

#include "image.h"

/**
 * dis_open() - make an image of the text of crash's dis
 * @image: set up as by image_open(), of the functions in the text alone
 * @text: `ADDRESS <FUNCTION+OFFSET>: INSTRUCTION` lines
 * @len: bytes of it
 * @name: what messages call it
 *
 * binutils' as puts the instructions together. Where some are missing stands a
 * trap, so that the analysis ends there; so too behind the last one.
 *
 * Return: 0; -EBADMSG for what is no such text, -ENOENT when there is no as, -errno.
 * The image's error says why, and of which line. @image is closed then.
 */
int dis_open(struct image *image, const char *text, size_t len, const char *name);

#endif /* STACKANNO_DIS_H */
