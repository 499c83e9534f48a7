// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules are relocatable: the kernel lays their sections out one behind the other,
 * by what is done with them, and links them. So is done here, with as little as the
 * analysis needs: code, and the tables about it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "image.h"
#include "image_tables.h"

#define PAGE 4096
#define FOREIGN_BYTES 16
/* More than any module has: a damaged file asks for no more memory than this. */
#define PART_BYTES_MAX (256U << 20)

struct module_section {
	const char *name;
	u64 flags;
	u64 size;
	u64 offset;	/* from the start of its part */
	bool laid_out;
	u8 part;	/* enum image_part */
};

static u64 section_address(const struct image_module *module, size_t number)
{
	const struct module_section *section = &module->section[number];

	return module->base[section->part] + section->offset;
}

/* "kvm-intel.ko.xz" is kvm_intel. */
static void set_name(struct image_module *module, const char *path)
{
	const char *base = strrchr(path, '/');
	char *at;

	snprintf(module->name, sizeof(module->name), "%.*s", (int)sizeof(module->name) - 1,
		 base ? base + 1 : path);
	at = strstr(module->name, ".ko");
	if (at)
		*at = '\0';
	for (at = module->name; *at; at++)
		if (*at == '-')
			*at = '_';
}

static enum image_part part_of(const char *name, u64 flags)
{
	bool init = !strncmp(name, ".init", strlen(".init"));

	if (flags & SHF_EXECINSTR)
		return init ? IMAGE_INIT_TEXT : IMAGE_TEXT;
	return init ? IMAGE_INIT_DATA : IMAGE_DATA;
}

/* Sections follow one another in the file's order, as layout_sections() of the kernel does it. */
static int lay_out(struct image_module *module, Elf *elf)
{
	struct module_section *section;
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	size_t names = 0;
	u64 *end;

	if (elf_getshdrnum(elf, &module->sections) || elf_getshdrstrndx(elf, &names))
		return -ENOEXEC;
	module->section = calloc(module->sections + 1, sizeof(module->section[0]));
	if (!module->section)
		return -ENOMEM;
	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &header) || elf_ndxscn(scn) >= module->sections)
			return -ENOEXEC;
		section = &module->section[elf_ndxscn(scn)];
		section->name = elf_strptr(elf, names, header.sh_name);
		if (!section->name)
			section->name = "";
		section->flags = header.sh_flags;
		section->size = header.sh_size;
		if (!(header.sh_flags & SHF_ALLOC))
			continue;
		section->part = part_of(section->name, header.sh_flags);
		end = &module->bytes[section->part];
		if (header.sh_addralign > PAGE || header.sh_size > PART_BYTES_MAX)
			return -ENOEXEC;
		section->offset = header.sh_addralign > 1 ? ALIGN(*end, header.sh_addralign) : *end;
		section->laid_out = true;
		*end = section->offset + header.sh_size;
		if (*end > PART_BYTES_MAX)
			return -ENOEXEC;
	}
	return 0;
}

static int copy_bytes(struct image_module *module, Elf *elf)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	u32 part;

	for (part = 0; part < IMAGE_PARTS; part++) {
		module->memory[part] = calloc(1, module->bytes[part] + 1);
		if (!module->memory[part])
			return -ENOMEM;
	}
	while ((scn = elf_nextscn(elf, scn))) {
		struct module_section *section = &module->section[elf_ndxscn(scn)];

		if (!section->laid_out || !gelf_getshdr(scn, &header) ||
		    header.sh_type == SHT_NOBITS || !section->size)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || data->d_size < section->size)
			return -ENOEXEC;
		memcpy(module->memory[section->part] + section->offset, data->d_buf, section->size);
	}
	return 0;
}

int image_add_module(struct image *image, const char *path, u16 *number)
{
	struct image_module *module, *table;
	GElf_Shdr header;
	Elf *elf;
	int ret;

	if (image->modules == IMAGE_MODULES)
		return image_fail(image, path, "one module too many", -E2BIG);
	table = realloc(image->module, (image->modules + 1) * sizeof(*table));
	if (!table)
		return image_fail(image, path, strerror(ENOMEM), -ENOMEM);
	image->module = table;
	module = &table[image->modules];
	memset(module, 0, sizeof(*module));
	set_name(module, path);
	module->fd = -1;
	if (image_module(image, module->name))
		return image_fail(image, path, "a module of that name was given before", -EEXIST);
	/* Closed with the image, whatever comes of it. */
	*number = ++image->modules;
	ret = image_elf_open(image, path, ET_REL, &module->fd, &elf);
	module->elf = elf;
	if (ret)
		return ret;
	if (!image_elf_section(elf, SHT_SYMTAB, &header))
		return image_fail(image, path, "has no symbols", -ENOEXEC);
	ret = lay_out(module, elf);
	if (!ret)
		ret = copy_bytes(module, elf);
	if (ret)
		image_fail(image, path, ret == -ENOMEM ? strerror(ENOMEM) : "is damaged", ret);
	return ret;
}

/* Whether a symbol is a function's, and in which of the module's sections. */
static const struct module_section *code_of(const struct image_module *module,
					    const GElf_Sym *symbol)
{
	const struct module_section *section;

	if (GELF_ST_TYPE(symbol->st_info) != STT_FUNC || !symbol->st_size ||
	    symbol->st_shndx >= module->sections)
		return NULL;
	section = &module->section[symbol->st_shndx];
	if (!section->laid_out || !(section->flags & SHF_EXECINSTR) ||
	    !strncmp(section->name, ".altinstr", strlen(".altinstr")) ||
	    symbol->st_value > section->size || symbol->st_size > section->size - symbol->st_value)
		return NULL;
	return section;
}

bool image_spot(const struct image *image, u16 number, const char *wanted, u32 after,
		struct image_spot *spot)
{
	const struct image_module *module = &image->module[number - 1];
	GElf_Shdr header;
	Elf_Scn *scn = image_elf_section(module->elf, SHT_SYMTAB, &header);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	const struct module_section *section;
	const char *name;
	GElf_Sym symbol;
	int i;

	for (i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		section = code_of(module, &symbol);
		name = section ? elf_strptr(module->elf, header.sh_link, symbol.st_name) : NULL;
		if (!name || strcmp(name, wanted) || after--)
			continue;
		spot->part = section->part;
		spot->offset = section->offset + symbol.st_value;
		spot->size = (u32)symbol.st_size;
		return true;
	}
	return false;
}

static int order_symbol(const void *a, const void *b)
{
	const struct image_symbol *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* What modules may be linked against; of local symbols there may be several of a name. */
static int make_symbols(struct image *image)
{
	GElf_Shdr header;
	Elf_Scn *scn = image_elf_section(image->elf, SHT_SYMTAB, &header);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	GElf_Sym symbol;
	const char *name;
	int i;

	if (image->symbol || !data || !header.sh_entsize)
		return 0;
	image->symbol = calloc(header.sh_size / header.sh_entsize + 1, sizeof(image->symbol[0]));
	if (!image->symbol)
		return -ENOMEM;
	for (i = 0; gelf_getsym(data, i, &symbol); i++) {
		name = elf_strptr(image->elf, header.sh_link, symbol.st_name);
		if (name && GELF_ST_BIND(symbol.st_info) != STB_LOCAL &&
		    symbol.st_shndx != SHN_UNDEF)
			image->symbol[image->symbols++] = (struct image_symbol){
				name, symbol.st_value };
	}
	qsort(image->symbol, image->symbols, sizeof(image->symbol[0]), order_symbol);
	return 0;
}

/* Symbols of other modules are all different, and nothing is there. */
static u64 outside_address(struct image *image, const char *name)
{
	struct image_symbol key = { .name = name }, *found = NULL;
	u32 i;

	if (image->symbols)
		found = bsearch(&key, image->symbol, image->symbols, sizeof(key), order_symbol);
	if (found)
		return found->value + image->slide;
	for (i = 0; i < image->functions; i++)
		if (image->function[i].module && !strcmp(image->function[i].name, name))
			return image->function[i].begin;
	if (image->foreign + FOREIGN_BYTES < IMAGE_FOREIGN_END)
		image->foreign += FOREIGN_BYTES;
	return image->foreign - FOREIGN_BYTES;
}

/* Values of a module's symbols, by their number. */
static int symbol_values(struct image *image, struct image_module *module, u64 **values,
			 size_t *count)
{
	GElf_Shdr header;
	Elf_Scn *scn = image_elf_section(module->elf, SHT_SYMTAB, &header);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	const char *name;
	GElf_Sym symbol;
	size_t i;

	*count = data && header.sh_entsize ? header.sh_size / header.sh_entsize : 0;
	*values = calloc(*count + 1, sizeof(**values));
	if (!*values)
		return -ENOMEM;
	for (i = 0; i < *count && gelf_getsym(data, (int)i, &symbol); i++) {
		(*values)[i] = symbol.st_value;
		if (symbol.st_shndx < module->sections && symbol.st_shndx != SHN_UNDEF)
			(*values)[i] += section_address(module, symbol.st_shndx);
		name = elf_strptr(module->elf, header.sh_link, symbol.st_name);
		if (symbol.st_shndx == SHN_UNDEF && name && *name)
			(*values)[i] = outside_address(image, name);
	}
	return 0;
}

/* As apply_relocate_add() of arch/x86/kernel/module.c. */
static int relocate(u8 *at, u64 place, u64 room, u32 type, u64 value)
{
	u32 size = 4;

	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_64:
		size = 8;
		break;
	case R_X86_64_PC64:
		size = 8;
		value -= place;
		break;
	case R_X86_64_32:
	case R_X86_64_32S:
		break;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		value -= place;
		break;
	default:
		return -ENOEXEC;
	}
	if (room < size)
		return -ENOEXEC;
	memcpy(at, &value, size);
	return 0;
}

static int link_section(struct image_module *module, Elf_Scn *scn, const GElf_Shdr *header,
			const u64 *values, size_t count)
{
	const struct module_section *target;
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Rela rela;
	u64 symbol;
	int i, ret;

	target = header->sh_info < module->sections ? &module->section[header->sh_info] : NULL;
	if (!target || !target->laid_out || !data)
		return 0;
	for (i = 0; gelf_getrela(data, i, &rela); i++) {
		symbol = GELF_R_SYM(rela.r_info);
		if (symbol >= count || rela.r_offset > target->size)
			return -ENOEXEC;
		ret = relocate(module->memory[target->part] + target->offset + rela.r_offset,
			       section_address(module, header->sh_info) + rela.r_offset,
			       target->size - rela.r_offset, GELF_R_TYPE(rela.r_info),
			       values[symbol] + rela.r_addend);
		if (ret)
			return ret;
	}
	return 0;
}

static int link_module(struct image *image, struct image_module *module)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	u64 *values;
	size_t count;
	int ret;

	ret = symbol_values(image, module, &values, &count);
	while (!ret && (scn = elf_nextscn(module->elf, scn)))
		if (gelf_getshdr(scn, &header) && header.sh_type == SHT_RELA)
			ret = link_section(module, scn, &header, values, count);
	free(values);
	return ret;
}

static int add_sections(struct image *image, struct image_module *module, u16 number)
{
	const struct module_section *section;
	size_t i;
	int ret = 0;

	for (i = 1; !ret && i < module->sections; i++) {
		u64 begin = section_address(module, i);

		section = &module->section[i];
		if (!section->laid_out || !section->size)
			continue;
		ret = image_add_section(image, &(struct image_section){
			.begin = begin, .end = begin + section->size, .module = number,
			.bytes = module->memory[section->part] + section->offset,
			.name = section->name,
			.code = section->flags & SHF_EXECINSTR &&
				strncmp(section->name, ".altinstr", strlen(".altinstr")),
			.detour = !strcmp(section->name, ".altinstr_aux") });
	}
	image_sort_sections(image);
	return ret;
}

static int add_functions(struct image *image, struct image_module *module, u16 number)
{
	GElf_Shdr header;
	Elf_Scn *scn = image_elf_section(module->elf, SHT_SYMTAB, &header);
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	u32 files = image->files;
	GElf_Sym symbol;
	const char *name;
	int i, ret;

	for (i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		if (GELF_ST_TYPE(symbol.st_info) == STT_FILE)
			image->files++;
		if (!code_of(module, &symbol))
			continue;
		name = elf_strptr(module->elf, header.sh_link, symbol.st_name);
		if (!name)
			continue;
		ret = image_add_function(image, &(struct function){
			.begin = section_address(module, symbol.st_shndx) + symbol.st_value,
			.size = (u32)symbol.st_size, .name = name, .module = number,
			.file = GELF_ST_BIND(symbol.st_info) == STB_LOCAL &&
				image->files != files ? image->files : 0 });
		if (ret)
			return ret;
	}
	return image_sort_functions(image);
}

static int add_tables(struct image *image, u16 number)
{
	const struct image_section *section;
	u32 i;
	int ret = 0;

	for (i = 0; !ret && i < image->sections; i++) {
		section = &image->section[i];
		if (section->module != number)
			continue;
		if (!strcmp(section->name, "__jump_table"))
			ret = image_add_labels(image, section->begin, section->end);
		else if (!strcmp(section->name, "__bug_table"))
			ret = image_add_warnings(image, section->begin, section->end);
		else if (!strcmp(section->name, "__ex_table"))
			ret = image_add_mended(image, section->begin, section->end);
	}
	return ret;
}

int image_place(struct image *image, u16 number, u64 text, u64 init_text)
{
	struct image_module *module = &image->module[number - 1];
	u64 *base = module->base;
	int ret;

	base[IMAGE_TEXT] = text;
	base[IMAGE_DATA] = ALIGN(text + module->bytes[IMAGE_TEXT], PAGE);
	base[IMAGE_INIT_TEXT] = init_text ? init_text :
		ALIGN(base[IMAGE_DATA] + module->bytes[IMAGE_DATA], PAGE);
	base[IMAGE_INIT_DATA] = ALIGN(base[IMAGE_INIT_TEXT] + module->bytes[IMAGE_INIT_TEXT], PAGE);
	ret = make_symbols(image);
	if (!ret)
		ret = link_module(image, module);
	if (!ret)
		ret = add_sections(image, module, number);
	if (!ret)
		ret = add_functions(image, module, number);
	if (!ret)
		ret = add_tables(image, number);
	if (ret)
		image_fail(image, module->name, ret == -ENOMEM ? strerror(ENOMEM) :
			   "has relocations that cannot be", ret);
	return ret;
}
