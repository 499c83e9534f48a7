/* SPDX-License-Identifier: GPL-2.0-only */
/* A record of what crash's bt -f listed, explained by the code of its functions. */
#ifndef STACKANNO_ANNOTATE_H
#define STACKANNO_ANNOTATE_H

#include "image.h"
#include "listing.h"

/**
 * annotate_listing() - make a record of a listing
 * @listing: of one task, with at least one frame
 * @image: its code, moved to where it was
 * @id: of the record
 * @record: set to the record, which is valid, and to be freed
 * @size: bytes of it
 *
 * Return: 0; -ENOMEM; -E2BIG for more than a record holds.
 */
int annotate_listing(const struct listing *listing, struct image *image, u64 id, void **record,
		     u32 *size);

#endif /* STACKANNO_ANNOTATE_H */
