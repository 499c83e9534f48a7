// SPDX-License-Identifier: GPL-2.0-only
#include "image.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/noreturn.h"
#include "decode.h"

#define COLD ".cold"
#define DETOUR_BYTES 32

static const struct image_section *section_of(const struct image *image, u64 address)
{
	u32 i;

	for (i = 0; i < image->sections; i++)
		if (address >= image->section[i].begin && address < image->section[i].end)
			return &image->section[i];
	return NULL;
}

static const u8 *bytes_at(const struct image *image, u64 address, u32 *len)
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
	const u8 *bytes = bytes_at((struct image *)ops, address, &len);

	if (!bytes)
		return 0;
	memcpy(buf, bytes, len);
	return len;
}

u32 image_function(const struct image *image, u64 address)
{
	u32 low = 0, high = image->functions, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (image->function[middle].begin <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - image->function[low - 1].begin >= image->function[low - 1].size)
		return NO_FUNCTION;
	return low - 1;
}

static int op_part(struct stackanno_ops *ops, u64 function, u64 target,
		   struct stackanno_extent *extent)
{
	struct image *image = (struct image *)ops;
	const struct image_section *section = section_of(image, target);
	u32 index;

	if (section && section->detour) {
		extent->begin = target;
		extent->size = DETOUR_BYTES;
		if (extent->size > section->end - target)
			extent->size = (u32)(section->end - target);
		return 0;
	}
	index = image_function(image, target);
	if (index == NO_FUNCTION || image->function[index].parent == NO_FUNCTION ||
	    image->function[image->function[index].parent].begin != function)
		return index != NO_FUNCTION && image->function[index].begin == target ?
			-ENOENT : -EFAULT;
	extent->begin = image->function[index].begin;
	extent->size = image->function[index].size;
	return 0;
}

static int order_label(const void *a, const void *b)
{
	const struct jump_label *x = a, *y = b;

	return x->code < y->code ? -1 : x->code > y->code;
}

static u64 op_jump_label(struct stackanno_ops *ops, u64 address)
{
	struct image *image = (struct image *)ops;
	struct jump_label key = { .code = address }, *found;

	found = bsearch(&key, image->label, image->labels, sizeof(key), order_label);
	return found ? found->target : 0;
}

static int order_address(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool op_warns(struct stackanno_ops *ops, u64 address)
{
	struct image *image = (struct image *)ops;

	return bsearch(&address, image->warning, image->warnings, sizeof(address),
		       order_address) != NULL;
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
	return target == ((struct image *)ops)->tracer;
}

static void add_sections(struct image *image, Elf *elf)
{
	size_t names = 0;
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	const char *name;

	elf_getshdrstrndx(elf, &names);
	while ((scn = elf_nextscn(elf, scn))) {
		struct image_section *section = &image->section[image->sections];

		if (!gelf_getshdr(scn, &header) || !(header.sh_flags & SHF_ALLOC) ||
		    !header.sh_addr || !header.sh_size ||
		    image->sections == ARRAY_SIZE(image->section))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		data = header.sh_type == SHT_NOBITS ? NULL : elf_rawdata(scn, NULL);
		section->begin = header.sh_addr;
		section->end = header.sh_addr + header.sh_size;
		section->bytes = data && data->d_size >= header.sh_size ? data->d_buf : NULL;
		section->code = name && (!strcmp(name, ".text") || !strcmp(name, ".init.text"));
		section->detour = name && !strcmp(name, ".altinstr_aux");
		image->sections++;
	}
}

static int order_function(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	/* Of several names of one address the longest body comes first. */
	return x->size > y->size ? -1 : x->size < y->size;
}

static bool is_noreturn(const char *name)
{
	const char *known;
	u32 i;

	for (i = 0; (known = stackanno_noreturn_name(i)); i++)
		if (!strcmp(name, known))
			return true;
	return false;
}

static void merge_names(struct image *image)
{
	u32 i, kept = 0;

	qsort(image->function, image->functions, sizeof(image->function[0]), order_function);
	for (i = 0; i < image->functions; i++) {
		if (kept && image->function[kept - 1].begin == image->function[i].begin) {
			image->function[kept - 1].noreturn |= image->function[i].noreturn;
			continue;
		}
		image->function[kept++] = image->function[i];
	}
	image->functions = kept;
}

static int order_name(const void *a, const void *b)
{
	const struct function * const *x = a, * const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* A cold part belongs to the function of its name: of its file, else a global one. */
static int join_cold(struct image *image)
{
	struct function **by_name = calloc(image->functions + 1, sizeof(*by_name));
	struct function key = { 0 }, *pkey = &key, **found, *cold;
	char base[512];
	size_t len;
	u32 i;

	if (!by_name)
		return -ENOMEM;
	for (i = 0; i < image->functions; i++)
		by_name[i] = &image->function[i];
	qsort(by_name, image->functions, sizeof(*by_name), order_name);
	for (i = 0; i < image->functions; i++) {
		cold = &image->function[i];
		len = strlen(cold->name);
		if (len <= strlen(COLD) || len >= sizeof(base) ||
		    strcmp(cold->name + len - strlen(COLD), COLD))
			continue;
		snprintf(base, sizeof(base), "%.*s", (int)(len - strlen(COLD)), cold->name);
		key.name = base;
		found = bsearch(&pkey, by_name, image->functions, sizeof(*by_name), order_name);
		if (!found)
			continue;
		while (found > by_name && !strcmp(found[-1]->name, base))
			found--;
		for (; found < by_name + image->functions && !strcmp((*found)->name, base);
		     found++) {
			if ((*found)->file && (*found)->file != cold->file)
				continue;
			cold->parent = (u32)(*found - image->function);
			(*found)->cold = i;
			if ((*found)->file)
				break;
		}
	}
	free(by_name);
	return 0;
}

static int add_functions(struct image *image, Elf *elf)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	GElf_Sym symbol;
	u32 file = 0;
	int i, count;

	while ((scn = elf_nextscn(elf, scn)))
		if (gelf_getshdr(scn, &header) && header.sh_type == SHT_SYMTAB)
			break;
	if (!scn)
		return -ENOENT;
	data = elf_getdata(scn, NULL);
	if (!data || !header.sh_entsize)
		return -ENOENT;
	count = (int)(header.sh_size / header.sh_entsize);
	image->function = calloc(count + 1, sizeof(image->function[0]));
	if (!image->function)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		const struct image_section *section;
		const char *name;

		if (!gelf_getsym(data, i, &symbol))
			continue;
		if (GELF_ST_TYPE(symbol.st_info) == STT_FILE) {
			file++;
			continue;
		}
		if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || !symbol.st_size)
			continue;
		section = section_of(image, symbol.st_value);
		name = elf_strptr(elf, header.sh_link, symbol.st_name);
		if (!section || !section->code || !name)
			continue;
		image->function[image->functions++] = (struct function){
			.begin = symbol.st_value, .size = (u32)symbol.st_size, .name = name,
			.file = GELF_ST_BIND(symbol.st_info) == STB_LOCAL ? file : 0,
			.parent = NO_FUNCTION, .cold = NO_FUNCTION,
			.noreturn = is_noreturn(name) };
	}
	merge_names(image);
	return join_cold(image);
}

static u64 symbol_of(Elf *elf, const char *wanted)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	GElf_Sym symbol;
	int i;

	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 0; gelf_getsym(data, i, &symbol); i++) {
			const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);

			if (name && !strcmp(name, wanted))
				return symbol.st_value;
		}
	}
	return 0;
}

static s32 read_s32(const u8 *bytes)
{
	s32 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* struct jump_entry: two offsets from themselves, and a key. */
static int add_labels(struct image *image, Elf *elf)
{
	u64 begin = symbol_of(elf, "__start___jump_table");
	u64 end = symbol_of(elf, "__stop___jump_table"), at;
	u32 len = (u32)(end - begin);
	const u8 *bytes = bytes_at(image, begin, &len);

	if (!bytes)
		return 0;
	image->label = calloc(len / 16 + 1, sizeof(image->label[0]));
	if (!image->label)
		return -ENOMEM;
	for (at = begin; at + 16 <= begin + len; at += 16, bytes += 16)
		image->label[image->labels++] = (struct jump_label){
			.code = at + read_s32(bytes), .target = at + 4 + read_s32(bytes + 4) };
	qsort(image->label, image->labels, sizeof(image->label[0]), order_label);
	return 0;
}

/* struct bug_entry: offsets of code and file from themselves, line, flags. */
static int add_warnings(struct image *image, Elf *elf)
{
	u64 begin = symbol_of(elf, "__start___bug_table");
	u64 end = symbol_of(elf, "__stop___bug_table"), at;
	u32 len = (u32)(end - begin);
	const u8 *bytes = bytes_at(image, begin, &len);

	if (!bytes)
		return 0;
	image->warning = calloc(len / 12 + 1, sizeof(image->warning[0]));
	if (!image->warning)
		return -ENOMEM;
	for (at = begin; at + 12 <= begin + len; at += 12, bytes += 12)
		if (bytes[10] & 1)
			image->warning[image->warnings++] = at + read_s32(bytes);
	qsort(image->warning, image->warnings, sizeof(image->warning[0]), order_address);
	return 0;
}

static int fail(struct image *image, const char *path, const char *why, int error)
{
	snprintf(image->error, sizeof(image->error), "%s: %s", path, why);
	image_close(image);
	return error;
}

int image_open(struct image *image, const char *path)
{
	Elf *elf;
	int ret;

	memset(image, 0, sizeof(*image));
	elf_version(EV_CURRENT);
	image->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (image->fd < 0) {
		ret = -errno;
		return fail(image, path, strerror(errno), ret);
	}
	elf = elf_begin(image->fd, ELF_C_READ_MMAP, NULL);
	image->elf = elf;
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		return fail(image, path, "is no ELF file", -ENOEXEC);
	add_sections(image, elf);
	ret = add_functions(image, elf);
	if (!ret)
		ret = add_labels(image, elf);
	if (!ret)
		ret = add_warnings(image, elf);
	if (ret == -ENOMEM)
		return fail(image, path, "out of memory", ret);
	if (ret || !image->functions)
		return fail(image, path, "has no symbols of functions", -ENOEXEC);
	image->tracer = symbol_of(elf, "__fentry__");
	image->ops = (struct stackanno_ops){
		.read = op_read, .decode = decode_insn, .part = op_part,
		.jump_label = op_jump_label, .warns = op_warns, .noreturn = op_noreturn,
		.tracer = op_tracer,
		.canary = symbol_of(elf, "__stack_chk_guard") };
	return 0;
}

void image_close(struct image *image)
{
	free(image->function);
	free(image->label);
	free(image->warning);
	elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	image->function = NULL;
	image->label = NULL;
	image->warning = NULL;
	image->elf = NULL;
	image->fd = -1;
}

u32 image_find(const struct image *image, const char *name)
{
	u32 i;

	for (i = 0; i < image->functions; i++)
		if (!strcmp(image->function[i].name, name))
			return i;
	return NO_FUNCTION;
}
