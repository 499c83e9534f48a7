/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a function's parameters are when it is entered, by its prototype.
 */
#ifndef STACKANNO_CORE_PARAMETER_H
#define STACKANNO_CORE_PARAMETER_H

#include "env.h"
#include "btf.h"

/* What is known of a function's parameters. */
struct stackanno_signature {
	const struct stackanno_btf *btf;
	struct stackanno_btf_prototype prototype;
};

/*
 * Arguments are counted by what they come in: registers first, in the order in which
 * they are taken, then words, from the one above the return address up.
 */
struct stackanno_parameter_place {
	u32 first;
	u32 count;	/* registers or words, one behind the other */
};

/**
 * stackanno_parameter_place() - where a parameter is passed
 * @signature: of the function
 * @index: of the parameter
 * @place: set on success
 *
 * Source: the System V ABI for x86-64, 3.2.3, for what the kernel passes: integers,
 * pointers, and structs by value, which go to memory when they are larger than two
 * words, when a member is not where its size wants it, or when there are not
 * registers enough for the whole.
 *
 * Context: any; bounded by @index and STACKANNO_BTF_DEPTH.
 * Return: 0; -ENOENT when there is no such parameter; -EINVAL when the size of one
 * up to it is not known.
 */
int stackanno_parameter_place(const struct stackanno_signature *signature, u32 index,
			      struct stackanno_parameter_place *place);

#endif /* STACKANNO_CORE_PARAMETER_H */
