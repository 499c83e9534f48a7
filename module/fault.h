/* SPDX-License-Identifier: GPL-2.0-only */
/* What core/fault.c asks of the running kernel. */
#ifndef STACKANNO_FAULT_H
#define STACKANNO_FAULT_H

#include "core/fault.h"
#include "ksyms.h"

/* The answers, and what they need. */
struct stackanno_fault_world {
	struct stackanno_fault_ops ops;	/* its functions find the rest */
	struct stackanno_symbol *scratch;
};

/**
 * stackanno_fault_world_set() - get ready to answer
 * @world: set up
 * @scratch: for names
 * @cpu: that the record is of
 *
 * Context: any.
 */
void stackanno_fault_world_set(struct stackanno_fault_world *world,
			       struct stackanno_symbol *scratch, u32 cpu);

#endif /* STACKANNO_FAULT_H */
