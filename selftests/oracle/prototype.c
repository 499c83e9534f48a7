// SPDX-License-Identifier: GPL-2.0-only
#include "prototype.h"

#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/parameter.h"
#include "judge.h"

struct prototypes {
	struct stackanno_btf kernel, btf;
	u32 *memory;
	const char **name;	/* of all functions, sorted */
	u32 names;
};

static int order_name(const void *a, const void *b)
{
	return strcmp(*(const char * const *)a, *(const char * const *)b);
}

static int sort_names(struct prototypes *prototypes, const struct image *image, u16 module)
{
	u32 i;

	prototypes->name = calloc(image->functions, sizeof(prototypes->name[0]));
	if (!prototypes->name)
		return -ENOMEM;
	prototypes->names = 0;
	for (i = 0; i < image->functions; i++)
		if (image->function[i].module == module)
			prototypes->name[prototypes->names++] = image->function[i].name;
	qsort(prototypes->name, prototypes->names, sizeof(prototypes->name[0]), order_name);
	return 0;
}

/* How many functions have a name. */
static u32 count_name(const struct prototypes *prototypes, const char *name)
{
	const char **found = bsearch(&name, prototypes->name, prototypes->names,
				     sizeof(name), order_name), **last;
	const char **end = prototypes->name + prototypes->names;

	if (!found)
		return 0;
	for (last = found; last < end && !strcmp(*last, name); last++)
		;
	for (; found > prototypes->name && !strcmp(found[-1], name); found--)
		;
	return (u32)(last - found);
}

static Elf_Data *section_of(Elf *elf)
{
	Elf_Scn *section = NULL;
	size_t names;

	elf_getshdrstrndx(elf, &names);
	while ((section = elf_nextscn(elf, section))) {
		const Elf64_Shdr *header = elf64_getshdr(section);
		const char *name = header ? elf_strptr(elf, names, header->sh_name) : NULL;

		if (name && !strcmp(name, ".BTF"))
			return elf_rawdata(section, NULL);
	}
	return NULL;
}

static int open_elf(struct prototypes *prototypes, Elf *elf, const struct stackanno_btf *base,
		    struct stackanno_btf *btf)
{
	Elf_Data *data = section_of(elf);
	u32 words;

	if (!data || stackanno_btf_measure(data->d_buf, (u32)data->d_size, &words))
		return -ENOENT;
	prototypes->memory = calloc(words, sizeof(u32));
	if (!prototypes->memory)
		return -ENOMEM;
	return stackanno_btf_open(data->d_buf, (u32)data->d_size, base, prototypes->memory,
				  words, btf);
}

int prototype_open(struct oracle *oracle)
{
	struct prototypes *prototypes = calloc(1, sizeof(*prototypes));

	if (!prototypes || open_elf(prototypes, oracle->image.elf, NULL, &prototypes->kernel)) {
		fprintf(stderr, "oracle: the image has no BTF\n");
		free(prototypes);
		return -ENOENT;
	}
	prototypes->btf = prototypes->kernel;
	oracle->prototypes = prototypes;
	return sort_names(prototypes, &oracle->image, IMAGE_KERNEL);
}

int prototype_open_module(struct oracle *oracle, u16 module)
{
	struct prototypes *prototypes = oracle->prototypes;
	int ret;

	if (prototypes->btf.base)
		free(prototypes->memory);
	memset(&prototypes->btf, 0, sizeof(prototypes->btf));
	ret = open_elf(prototypes, oracle->image.module[module - 1].elf, &prototypes->kernel,
		       &prototypes->btf);
	free(prototypes->name);
	return ret ? ret : sort_names(prototypes, &oracle->image, module);
}

/*
 * Whether what BTF has in a parameter's register has the parameter's name. A stub that
 * stands for a system call the kernel may lack calls its parameter __unused.
 */
static bool agrees(const struct stackanno_signature *signature,
		   const struct parameter *parameter)
{
	struct stackanno_parameter_place place;
	struct stackanno_btf_parameter other;
	int number = judge_argument(parameter->entry.reg);
	u32 i;

	if (!parameter->name || parameter->entry.kind != PLACE_REG || number < 0)
		return true;
	for (i = 0; !stackanno_btf_parameter(signature->btf, &signature->prototype, i, &other); i++)
		if (!stackanno_parameter_place(signature, i, &place) &&
		    place.first == (u32)number)
			return !other.name[0] || !strcmp(other.name, "__unused") ||
			       !strcmp(other.name, parameter->name);
	return false;
}

static enum verdict judge(struct oracle *oracle, const struct subject *subject,
			  const char *name, const char **cause)
{
	struct stackanno_signature signature = { .btf = &oracle->prototypes->btf };
	u32 i;

	switch (stackanno_btf_function(signature.btf, name, &signature.prototype)) {
	case 0:
		break;
	case -EEXIST:
		*cause = "several of its name that differ";
		return VERDICT_UNKNOWN;
	default:
		*cause = strchr(name, '.') ? "not in BTF: a name with a suffix" : "not in BTF";
		return VERDICT_UNKNOWN;
	}
	if (count_name(oracle->prototypes, name) > signature.prototype.functions) {
		*cause = "more functions of its name than in BTF";
		return VERDICT_UNKNOWN;
	}
	for (i = 0; subject->subprogram && i < subject->subprogram->count; i++) {
		if (agrees(&signature,
			   &oracle->truth.parameter[subject->subprogram->first + i]))
			continue;
		*cause = "another parameter in a register";
		return VERDICT_WRONG;
	}
	return VERDICT_FOUND;
}

void prototype_judge(struct oracle *oracle, const struct subject *subject)
{
	const char *name = subject->function->name, *cause = NULL;
	enum verdict verdict = judge(oracle, subject, name, &cause);
	size_t len = strcspn(name, ".");
	char base[256];

	table_add(&oracle->table, ROW_PROTOTYPE, verdict, cause, name, 0);
	if (verdict == VERDICT_UNKNOWN && name[len] && len < sizeof(base)) {
		memcpy(base, name, len);
		base[len] = '\0';
		verdict = judge(oracle, subject, base, &cause);
		cause = strstr(name, ".isra") ? "a name with .isra" :
			strstr(name, ".constprop") ? "a name with .constprop" :
			strstr(name, ".part") ? "a name with .part" : "another suffix";
	}
	table_add(&oracle->table, ROW_PROTOTYPE_SUFFIX, verdict, cause, name, 0);
}

void prototype_print(const struct oracle *oracle, const char *name)
{
	const struct stackanno_btf *btf = &oracle->prototypes->btf;
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter parameter;
	struct stackanno_text text;
	char buf[512];
	u32 i;
	int ret = stackanno_btf_function(btf, name, &prototype);

	if (ret) {
		printf("BTF: %s\n", ret == -EEXIST ? "several of its name that differ" :
						     "no such function");
		return;
	}
	stackanno_text_begin(&text, buf, sizeof(buf));
	stackanno_btf_print(btf, prototype.result, &text);
	stackanno_text_string(&text, "(");
	for (i = 0; !stackanno_btf_parameter(btf, &prototype, i, &parameter); i++) {
		stackanno_text_string(&text, i ? ", " : "");
		stackanno_btf_print(btf, parameter.type, &text);
		stackanno_text_string(&text, " ");
		stackanno_text_string(&text, parameter.name);
	}
	stackanno_text_string(&text, prototype.variadic ? ", ...)" : ")");
	printf("BTF: %s; functions of the name: %u, in BTF %u\n", buf,
	       count_name(oracle->prototypes, name), prototype.functions);
}
