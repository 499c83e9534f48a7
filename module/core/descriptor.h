/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of locals that KASAN's compilers leave in every frame they lay out. */
#ifndef STACKANNO_CORE_DESCRIPTOR_H
#define STACKANNO_CORE_DESCRIPTOR_H

#include "env.h"
#include "builder.h"
#include "source.h"

/**
 * stackanno_descriptor_frame() - name a frame's locals by its descriptor
 * @builder: a record whose frames have their roles
 * @index: of a frame
 * @function: where its function begins, of whose frames the descriptor must be
 * @memory: where the descriptor's text is
 *
 * A frame begins, at an address that 32 divides, with 0x41b58ab3, the address of a
 * text and that of the function; the text counts the objects and says of each where
 * it lies from there, how large it is, and its name: "1 32 16 7 name:12"
 * (print_address_stack_frame() of mm/kasan/report_generic.c, asan_emit_stack_protection()
 * of gcc). What it says is likely: an earlier frame of the function may have left it.
 * Nothing is named unless all of the text is as it should be, and the frame has one.
 *
 * Context: any; reads 512 bytes of text at most.
 * Return: words named; -ENOENT: the frame has no descriptor; -EINVAL: its descriptor,
 * or that it has two, makes no sense; -EFAULT: its text cannot be read.
 */
int stackanno_descriptor_frame(struct stackanno_builder *builder, u32 index, u64 function,
			       const struct stackanno_source *memory);

#endif /* STACKANNO_CORE_DESCRIPTOR_H */
