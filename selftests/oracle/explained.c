// SPDX-License-Identifier: GPL-2.0-only
#include "explained.h"

#define SYNC_CORE \
	"sync_core() pushes a frame for iret in inline assembly, unknown to DWARF"
/* Room in which DWARF would show what some earlier call has left. */
#define UNUSED \
	"a variable with room in the frame, of which gcc dropped every access"

#define DECLARED \
	"the type is right, the parameter's name that of the declaration"
#define FORTIFIED \
	"the type is right, the parameters' names those of the inline in fortify-string.h"

/* A name that ends in * is that of all which begin so. */
static const struct {
	enum row row;
	const char *name, *why;
} explained[] = {
	{ ROW_CFA_BOUNDARIES, "do_sync_core", SYNC_CORE },
	{ ROW_CFA_BOUNDARIES, "ipi_sync_core", SYNC_CORE },
	{ ROW_CFA_BOUNDARIES, "__static_call_update_early", SYNC_CORE },
	{ ROW_CFA_BOUNDARIES, "text_poke_early", SYNC_CORE },
	{ ROW_CFA_BOUNDARIES, "kill_me_maybe", SYNC_CORE },
	{ ROW_CFA_BOUNDARIES, "machine_check_poll", SYNC_CORE },
	{ ROW_ROLES_CERTAIN, "dmi_sysfs_sel_*", UNUSED },
	{ ROW_ROLES_CERTAIN, "ZSTD_*", UNUSED },
	{ ROW_ROLES_CERTAIN, "mlx5e_handle_*", UNUSED },
	{ ROW_ROLES_CERTAIN, "pci_bridge_distribute_available_resources", UNUSED },
	{ ROW_ROLES_CERTAIN, "set_bringup_idt_handler.constprop.0", UNUSED },
	{ ROW_PROTOTYPE, "__clk_register_clkdev", DECLARED },
	{ ROW_PROTOTYPE, "kmemdup", FORTIFIED },
	{ ROW_PROTOTYPE, "kmemdup_noprof", FORTIFIED },
	{ ROW_PROTOTYPE, "strlcpy", FORTIFIED },
	{ ROW_ARGUMENT_AGREES, "skb_get_hash_perturb",
	  "call_value counts the words pushed for the call before, which mov %rbx,%rsp took off" },
};

/* What goes for a prototype goes for the row that has more of them. */
static bool is_row(enum row known, enum row row)
{
	return known == row || (known == ROW_PROTOTYPE && row == ROW_PROTOTYPE_SUFFIX);
}

const char *explained_by(enum row row, const char *name)
{
	size_t len;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(explained); i++) {
		len = strcspn(explained[i].name, "*");
		if (is_row(explained[i].row, row) && !strncmp(explained[i].name, name, len) &&
		    (explained[i].name[len] || !name[len]))
			return explained[i].why;
	}
	return NULL;
}
