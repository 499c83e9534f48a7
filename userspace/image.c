// SPDX-License-Identifier: GPL-2.0-only
#include "image.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ir.h"
#include "decode.h"
#include "image_tables.h"

#define DETOUR_BYTES 32
/* The compiler returns, and jumps to what a register holds, by these. */
#define THUNK "__x86_"
#define RODATA ".rodata"

static const struct image_section *section_of(const struct image *image, u64 address)
{
	u32 low = 0, high = image->sections, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (image->section[middle].begin <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address >= image->section[low - 1].end)
		return NULL;
	return &image->section[low - 1];
}

const u8 *image_bytes(const struct image *image, u64 address, u32 *len)
{
	const struct image_section *section = section_of(image, address);

	if (!section || !section->bytes)
		return NULL;
	if (*len > section->end - address)
		*len = (u32)(section->end - address);
	return section->bytes + (address - section->begin);
}

static u32 op_read(struct stackanno_ops *ops, u64 address, u8 *buf, u32 len)
{
	struct image *image = (struct image *)ops;
	const struct image_section *section = &image->section[image->recent];

	if (image->recent >= image->sections || address - section->begin >=
	    section->end - section->begin)
		section = section_of(image, address);
	if (!section || !section->bytes)
		return 0;
	image->recent = (u32)(section - image->section);
	if (len > section->end - address)
		len = (u32)(section->end - address);
	memcpy(buf, section->bytes + (address - section->begin), len);
	return len;
}

static u32 find_around(const struct function *table, u32 count, u64 address)
{
	u32 low = 0, high = count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (table[middle].begin <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - table[low - 1].begin >= table[low - 1].size)
		return NO_FUNCTION;
	return low - 1;
}

u32 image_function(const struct image *image, u64 address)
{
	return find_around(image->function, image->functions, address);
}

const struct function *image_code(const struct image *image, u64 address)
{
	u32 index = image_function(image, address);

	if (index != NO_FUNCTION)
		return &image->function[index];
	index = find_around(image->routine, image->routines, address);
	return index == NO_FUNCTION ? NULL : &image->routine[index];
}

/* Where no function begins, but code that no function is part of. */
static bool is_elsewhere(const struct image *image, u64 address)
{
	return (address >= IMAGE_FOREIGN && address < image->foreign) ||
	       image_has(image->thunk, image->thunks, address);
}

static int op_part(struct stackanno_ops *ops, u64 function, u64 target,
		   struct stackanno_extent *extent)
{
	struct image *image = (struct image *)ops;
	const struct image_section *section = section_of(image, target);
	const struct function *found;
	u32 index;

	if (section && section->detour) {
		extent->begin = target;
		extent->size = DETOUR_BYTES;
		if (extent->size > section->end - target)
			extent->size = (u32)(section->end - target);
		extent->shared = true;
		return 0;
	}
	index = image_function(image, target);
	if (index == NO_FUNCTION)
		return is_elsewhere(image, target) ? -ENOENT : -EFAULT;
	found = &image->function[index];
	if (found->parent == NO_FUNCTION || image->function[found->parent].begin != function)
		return found->begin == target && !found->stray ? -ENOENT : -EFAULT;
	extent->begin = found->begin;
	extent->size = found->size;
	extent->shared = false;
	return 0;
}

static int order_label(const void *key, const void *entry)
{
	const u64 *code = key;
	const struct jump_label *label = entry;

	return *code < label->code ? -1 : *code > label->code;
}

static u64 op_jump_label(struct stackanno_ops *ops, u64 address)
{
	struct image *image = (struct image *)ops;
	struct jump_label *found = NULL;

	if (image->labels)
		found = bsearch(&address, image->label, image->labels, sizeof(*found), order_label);
	return found ? found->target : 0;
}

static bool op_warns(struct stackanno_ops *ops, u64 address)
{
	struct image *image = (struct image *)ops;

	return image_has(image->warning, image->warnings, address);
}

static bool op_fixup(struct stackanno_ops *ops, u64 address, struct stackanno_fixup *fixup)
{
	struct image *image = (struct image *)ops;
	u32 low = 0, high = image->mendeds, middle;

	/* Each instruction is asked about, and few are mended. */
	if (address - image->unmended < image->unmended_end - image->unmended)
		return false;
	while (low < high) {
		middle = (low + high) / 2;
		if (image->mended[middle].code < address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < image->mendeds && image->mended[low].code == address) {
		fixup->landing = image->mended[low].landing;
		return stackanno_arch_fixup(image->mended[low].data, fixup);
	}
	image->unmended = low ? image->mended[low - 1].code + 1 : 0;
	image->unmended_end = low < image->mendeds ? image->mended[low].code : UINT64_MAX;
	return false;
}

static u64 op_constant(struct stackanno_ops *ops, u64 address)
{
	const struct image *image = (struct image *)ops;
	const struct image_section *section = section_of(image, address + image->slide);
	u64 value, slide = image->slide;

	/* What the kernel's own code and data hold are places where it was linked to. */
	if (!section || section->module != IMAGE_KERNEL) {
		slide = 0;
		section = section_of(image, address);
		if (!section || section->module == IMAGE_KERNEL)
			return 0;
	}
	address += slide;
	if (!section->bytes || strncmp(section->name, RODATA, strlen(RODATA)) ||
	    section->end - address < sizeof(value))
		return 0;
	memcpy(&value, section->bytes + (address - section->begin), sizeof(value));
	return value + slide;
}

static bool op_noreturn(struct stackanno_ops *ops, u64 target)
{
	struct image *image = (struct image *)ops;
	u32 index = image_function(image, target);

	return index != NO_FUNCTION && image->function[index].begin == target &&
	       image->function[index].noreturn;
}

static bool op_tracer(struct stackanno_ops *ops, u64 target)
{
	return target && target == ((struct image *)ops)->tracer;
}

int image_fail(struct image *image, const char *path, const char *why, int error)
{
	snprintf(image->error, sizeof(image->error), "%s: %s", path, why);
	return error;
}

int image_elf_open(struct image *image, const char *path, unsigned int type, int *fd,
		   struct Elf **elf)
{
	GElf_Ehdr header;
	int ret;

	*elf = NULL;
	elf_version(EV_CURRENT);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0) {
		ret = -errno;
		return image_fail(image, path, strerror(errno), ret);
	}
	*elf = dwelf_elf_begin(*fd);
	if (*elf && elf_kind(*elf) == ELF_K_ELF && gelf_getehdr(*elf, &header) &&
	    header.e_machine == EM_X86_64 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
	    header.e_type == type)
		return 0;
	elf_end(*elf);
	*elf = NULL;
	return image_fail(image, path, type == ET_REL ? "is no module of an x86-64 kernel" :
			  "is no image of an x86-64 kernel (vmlinux)", -ENOEXEC);
}

Elf_Scn *image_elf_section(Elf *elf, u32 type, GElf_Shdr *header)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(elf, scn)))
		if (gelf_getshdr(scn, header) && header->sh_type == type)
			return scn;
	return NULL;
}

static int add_sections(struct image *image, Elf *elf)
{
	size_t names = 0;
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	const char *name;
	int ret;

	if (elf_getshdrstrndx(elf, &names))
		return -ENOEXEC;
	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &header) || !(header.sh_flags & SHF_ALLOC) ||
		    !header.sh_addr || !header.sh_size ||
		    header.sh_addr + header.sh_size < header.sh_addr)
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		data = header.sh_type == SHT_NOBITS ? NULL : elf_rawdata(scn, NULL);
		if (data && data->d_size < header.sh_size)
			data = NULL;
		ret = image_add_section(image, &(struct image_section){
			.begin = header.sh_addr, .end = header.sh_addr + header.sh_size,
			.bytes = data ? data->d_buf : NULL, .name = name ? name : "",
			.code = name && (!strcmp(name, ".text") || !strcmp(name, ".init.text")),
			.detour = name && !strcmp(name, ".altinstr_aux") });
		if (ret)
			return ret;
	}
	image_sort_sections(image);
	return 0;
}

static int add_functions(struct image *image, Elf *elf)
{
	GElf_Shdr header;
	Elf_Scn *scn = image_elf_section(elf, SHT_SYMTAB, &header);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	struct function function;
	GElf_Sym symbol;
	int i, ret = 0;

	if (!data)
		return -ENOEXEC;
	for (i = 0; gelf_getsym(data, i, &symbol); i++) {
		const struct image_section *section;
		const char *name;

		if (GELF_ST_TYPE(symbol.st_info) == STT_FILE) {
			image->files++;
			continue;
		}
		name = elf_strptr(elf, header.sh_link, symbol.st_name);
		if (GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE && name &&
		    !strncmp(name, THUNK, strlen(THUNK)) &&
		    image_add_thunk(image, symbol.st_value))
			return -ENOMEM;
		section = symbol.st_size ? section_of(image, symbol.st_value) : NULL;
		if (!section || !section->code || !name ||
		    symbol.st_size > section->end - symbol.st_value)
			continue;
		function = (struct function){
			.begin = symbol.st_value, .size = (u32)symbol.st_size, .name = name,
			.parent = NO_FUNCTION, .cold = NO_FUNCTION,
			.file = GELF_ST_BIND(symbol.st_info) == STB_LOCAL ? image->files : 0 };
		if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
			ret = image_add_function(image, &function);
		else if (GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE)
			ret = image_add_routine(image, &function);
		if (ret)
			return ret;
	}
	image_sort_thunks(image);
	return image->functions ? image_sort_functions(image) : -ENOEXEC;
}

static u64 symbol_of(Elf *elf, const char *wanted)
{
	GElf_Shdr header;
	Elf_Scn *scn = image_elf_section(elf, SHT_SYMTAB, &header);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	GElf_Sym symbol;
	int i;

	for (i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);

		if (name && !strcmp(name, wanted))
			return symbol.st_value;
	}
	return 0;
}

static int add_tables(struct image *image, Elf *elf)
{
	int ret;

	ret = image_add_labels(image, symbol_of(elf, "__start___jump_table"),
			       symbol_of(elf, "__stop___jump_table"));
	if (ret)
		return ret;
	ret = image_add_warnings(image, symbol_of(elf, "__start___bug_table"),
				 symbol_of(elf, "__stop___bug_table"));
	if (ret)
		return ret;
	return image_add_mended(image, symbol_of(elf, "__start___ex_table"),
				symbol_of(elf, "__stop___ex_table"));
}

void image_set_ops(struct image *image, u64 canary)
{
	image->ops = (struct stackanno_ops){
		.read = op_read, .decode = decode_insn, .part = op_part,
		.jump_label = op_jump_label, .warns = op_warns, .fixup = op_fixup,
		.constant = op_constant,
		.noreturn = op_noreturn, .tracer = op_tracer, .canary = canary };
}

int image_open(struct image *image, const char *path)
{
	Elf *elf;
	int ret;

	memset(image, 0, sizeof(*image));
	image->foreign = IMAGE_FOREIGN;
	ret = image_elf_open(image, path, ET_EXEC, &image->fd, &elf);
	image->elf = elf;
	if (ret) {
		image_close(image);
		return ret;
	}
	ret = add_sections(image, elf);
	if (!ret)
		ret = add_functions(image, elf);
	if (!ret)
		ret = add_tables(image, elf);
	if (ret) {
		image_fail(image, path, ret == -ENOMEM ? strerror(ENOMEM) :
			   "has no symbols of functions", ret);
		image_close(image);
		return ret;
	}
	image->tracer = symbol_of(elf, "__fentry__");
	image_set_ops(image, symbol_of(elf, "__stack_chk_guard"));
	return 0;
}

static void close_module(struct image_module *module)
{
	u32 part;

	for (part = 0; part < IMAGE_PARTS; part++)
		free(module->memory[part]);
	free(module->section);
	elf_end(module->elf);
	if (module->fd >= 0)
		close(module->fd);
}

void image_close(struct image *image)
{
	u32 i;

	for (i = 0; i < image->modules; i++)
		close_module(&image->module[i]);
	for (i = 0; i < image->keeps; i++)
		free(image->kept[i]);
	free(image->kept);
	free(image->module);
	free(image->section);
	free(image->function);
	free(image->routine);
	free(image->label);
	free(image->warning);
	free(image->mended);
	free(image->thunk);
	free(image->symbol);
	elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	image->kept = NULL;
	image->keeps = 0;
	image->module = NULL;
	image->modules = 0;
	image->section = NULL;
	image->sections = 0;
	image->routine = NULL;
	image->routines = 0;
	image->function = NULL;
	image->functions = 0;
	image->label = NULL;
	image->labels = 0;
	image->warning = NULL;
	image->warnings = 0;
	image->mended = NULL;
	image->mendeds = 0;
	image->thunk = NULL;
	image->thunks = 0;
	image->symbol = NULL;
	image->symbols = 0;
	image->elf = NULL;
	image->fd = -1;
}

void image_slide(struct image *image, u64 slide)
{
	u32 i;

	image->slide += slide;
	for (i = 0; i < image->sections; i++) {
		image->section[i].begin += slide;
		image->section[i].end += slide;
	}
	for (i = 0; i < image->functions; i++)
		image->function[i].begin += slide;
	for (i = 0; i < image->routines; i++)
		image->routine[i].begin += slide;
	for (i = 0; i < image->labels; i++) {
		image->label[i].code += slide;
		image->label[i].target += slide;
	}
	for (i = 0; i < image->warnings; i++)
		image->warning[i] += slide;
	for (i = 0; i < image->mendeds; i++) {
		image->mended[i].code += slide;
		image->mended[i].landing += slide;
	}
	image->unmended_end = image->unmended;
	for (i = 0; i < image->thunks; i++)
		image->thunk[i] += slide;
	if (image->tracer)
		image->tracer += slide;
	/* The canary is found by its place in the per-CPU area, which does not move. */
}

u16 image_module(const struct image *image, const char *name)
{
	u16 i;

	for (i = 0; i < image->modules; i++)
		if (!strcmp(image->module[i].name, name))
			return i + 1;
	return IMAGE_KERNEL;
}

u64 image_section_address(const struct image *image, u16 module, const char *name)
{
	u32 i;

	for (i = 0; i < image->sections; i++)
		if (image->section[i].module == module && !strcmp(image->section[i].name, name))
			return image->section[i].begin;
	return 0;
}

u32 image_find(const struct image *image, const char *name)
{
	u32 i;

	for (i = 0; i < image->functions; i++)
		if (!strcmp(image->function[i].name, name))
			return i;
	return NO_FUNCTION;
}
