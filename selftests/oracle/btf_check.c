// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's reader of BTF against libbpf's, over a whole kernel and modules that build
 * on its types: every type, every member of every struct, every function's prototype.
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/btf.h"

#define SHOWN 20

struct check {
	const struct btf *theirs;
	struct stackanno_btf ours;
	u64 types, members, functions, parameters, wrong;
};

static void differ(struct check *check, u32 id, const char *what)
{
	if (check->wrong++ < SHOWN)
		printf("type %u: %s differs\n", id, what);
}

static void compare_members(struct check *check, const struct btf_type *theirs,
			    const struct stackanno_btf_type *ours)
{
	const struct btf_member *member = btf_members(theirs);
	struct stackanno_btf_member got;
	u32 i;

	for (i = 0; i < btf_vlen(theirs); i++) {
		check->members++;
		if (stackanno_btf_member(&check->ours, ours, i, &got) ||
		    strcmp(got.name, btf__name_by_offset(check->theirs, member[i].name_off)) ||
		    got.type != member[i].type || got.bit != btf_member_bit_offset(theirs, i) ||
		    got.bits != btf_member_bitfield_size(theirs, i))
			differ(check, ours->id, "a member");
	}
	if (!stackanno_btf_member(&check->ours, ours, i, &got))
		differ(check, ours->id, "the number of members");
}

/* Of several of a name the first is compared, when ours says that all agree. */
static void compare_function(struct check *check, const struct btf_type *theirs, u32 id)
{
	const struct btf_type *list = btf__type_by_id(check->theirs, theirs->type);
	const char *name = btf__name_by_offset(check->theirs, theirs->name_off);
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter got;
	u32 i;
	int ret = stackanno_btf_function(&check->ours, name, &prototype);

	check->functions++;
	if (ret == -EEXIST)
		return;
	if (ret || prototype.result != list->type ||
	    prototype.parameters + prototype.variadic != btf_vlen(list)) {
		differ(check, id, "a prototype");
		return;
	}
	for (i = 0; i < prototype.parameters; i++) {
		const struct btf_param *parameter = &btf_params(list)[i];

		check->parameters++;
		if (stackanno_btf_parameter(&check->ours, &prototype, i, &got) ||
		    got.type != parameter->type ||
		    (!prototype.unnamed &&
		     strcmp(got.name, btf__name_by_offset(check->theirs, parameter->name_off))))
			differ(check, id, "a parameter");
	}
}

static void compare_type(struct check *check, u32 id)
{
	const struct btf_type *theirs = btf__type_by_id(check->theirs, id);
	struct stackanno_btf_type ours;
	s64 size;

	check->types++;
	if (stackanno_btf_type(&check->ours, id, &ours) || ours.kind != btf_kind(theirs) ||
	    strcmp(ours.name, btf__name_by_offset(check->theirs, theirs->name_off))) {
		differ(check, id, "kind or name");
		return;
	}
	size = btf__resolve_size(check->theirs, id);
	if (btf_kind(theirs) != BTF_KIND_VAR && btf_kind(theirs) != BTF_KIND_DATASEC &&
	    size > 0 && stackanno_btf_size(&check->ours, id) != size)
		differ(check, id, "the size");
	if (btf_is_composite(theirs))
		compare_members(check, theirs, &ours);
	if (btf_is_func(theirs))
		compare_function(check, theirs, id);
}

/* Return: 0; 1 when it is refused; 2 for errors. */
static int compare(struct check *check, const char *path, struct btf *theirs,
		   const struct check *base)
{
	u32 size, words, id = base ? btf__type_cnt(base->theirs) : 1, *memory;
	const void *blob = btf__raw_data(theirs, &size);

	check->theirs = theirs;
	if (!blob || stackanno_btf_measure(blob, size, &words)) {
		fprintf(stderr, "btf-check: %s: not taken for BTF\n", path);
		return 1;
	}
	/* It is in use as long as the program runs. */
	memory = calloc(words, sizeof(u32));
	if (!memory || stackanno_btf_open(blob, size, base ? &base->ours : NULL, memory, words,
					  &check->ours)) {
		fprintf(stderr, "btf-check: %s: not opened\n", path);
		return 2;
	}
	if (!check->ours.whole || check->ours.count + id != btf__type_cnt(theirs))
		differ(check, check->ours.count, "the number of types");
	for (; id < btf__type_cnt(theirs); id++)
		compare_type(check, id);
	return 0;
}

static void tell(const char *what, const struct check *check)
{
	printf("BTF of %s: %llu types, %llu members, %llu functions, %llu parameters: %llu differ from libbpf\n",
	       what, (unsigned long long)check->types, (unsigned long long)check->members,
	       (unsigned long long)check->functions, (unsigned long long)check->parameters,
	       (unsigned long long)check->wrong);
}

int main(int argc, char **argv)
{
	struct check kernel = { 0 }, module, modules = { 0 };
	struct btf *btf;
	int i, ret;

	if (argc < 2) {
		fprintf(stderr, "Usage: btf-check VMLINUX [MODULE...]\n");
		return 2;
	}
	for (i = 1; i < argc; i++) {
		btf = btf__parse_elf_split(argv[i], i == 1 ? NULL : (struct btf *)kernel.theirs);
		if (!btf) {
			fprintf(stderr, "btf-check: %s: no BTF in it: %s\n", argv[i],
				strerror(errno));
			return 2;
		}
		module = (struct check){ 0 };
		ret = compare(i == 1 ? &kernel : &module, argv[i], btf, i == 1 ? NULL : &kernel);
		if (ret)
			return ret;
		modules.types += module.types;
		modules.members += module.members;
		modules.functions += module.functions;
		modules.parameters += module.parameters;
		modules.wrong += module.wrong;
	}
	tell("the kernel", &kernel);
	if (argc > 2)
		tell("modules", &modules);
	return kernel.wrong || modules.wrong || !kernel.types || (argc > 2 && !modules.types);
}
