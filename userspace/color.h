/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of a report to standard output, with colour where it is wanted. */
#ifndef STACKANNO_COLOR_H
#define STACKANNO_COLOR_H

#include "core/render.h"

/**
 * color_sink_init() - set up a sink that writes lines to standard output
 * @sink: what is set up
 * @color: whether escape sequences are written
 */
struct color_sink {
	struct stackanno_sink sink;
	bool color;
};

void color_sink_init(struct color_sink *sink, bool color);

#endif /* STACKANNO_COLOR_H */
