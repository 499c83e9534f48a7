// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/export.h>

#include "sa_chain.h"
#include "sa_known.h"

struct chain {
	const char *who;
	sa_leaf_t leaf;
};

/* A word of each frame with a known value, kept in memory. */
#define LOCAL(level) (0x10ca100000000000UL + (level))

static void known_local(const struct chain *chain, unsigned long *local)
{
	/* To the compiler its address is known elsewhere from here on. */
	barrier_data(local);
	sa_known_at(chain->who, "word", "local", (unsigned long)local, *local);
}

static noinline __noclone unsigned long sa_level8(const struct chain *chain)
{
	unsigned long local = LOCAL(8);

	SA_KNOWN_FRAME(chain->who, "sa_level7");
	known_local(chain, &local);
	chain->leaf(chain->who);
	return local;
}

static noinline __noclone unsigned long sa_level7(const struct chain *chain)
{
	unsigned long local = LOCAL(7);

	SA_KNOWN_FRAME(chain->who, "sa_level6");
	known_local(chain, &local);
	return sa_level8(chain) + local;
}

static noinline __noclone unsigned long sa_level6(const struct chain *chain)
{
	unsigned long local = LOCAL(6);

	SA_KNOWN_FRAME(chain->who, "sa_level5");
	known_local(chain, &local);
	return sa_level7(chain) + local;
}

static noinline __noclone unsigned long sa_level5(const struct chain *chain)
{
	unsigned long local = LOCAL(5);

	SA_KNOWN_FRAME(chain->who, "sa_level4");
	known_local(chain, &local);
	return sa_level6(chain) + local;
}

static noinline __noclone unsigned long sa_level4(const struct chain *chain)
{
	unsigned long local = LOCAL(4);

	SA_KNOWN_FRAME(chain->who, "sa_level3");
	known_local(chain, &local);
	return sa_level5(chain) + local;
}

static noinline __noclone unsigned long sa_level3(const struct chain *chain)
{
	unsigned long local = LOCAL(3);

	SA_KNOWN_FRAME(chain->who, "sa_level2");
	known_local(chain, &local);
	return sa_level4(chain) + local;
}

static noinline __noclone unsigned long sa_level2(const struct chain *chain)
{
	unsigned long local = LOCAL(2);

	SA_KNOWN_FRAME(chain->who, "sa_level1");
	known_local(chain, &local);
	return sa_level3(chain) + local;
}

static noinline __noclone unsigned long sa_level1(const struct chain *chain)
{
	unsigned long local = LOCAL(1);

	SA_KNOWN_FRAME(chain->who, "sa_chain_run");
	known_local(chain, &local);
	return sa_level2(chain) + local;
}

noinline __noclone unsigned long sa_chain_run(const char *who, sa_leaf_t leaf)
{
	const struct chain chain = { who, leaf };

	sa_known_task(who);
	SA_KNOWN_FRAME(who, "-");
	return sa_level1(&chain);
}
EXPORT_SYMBOL_GPL(sa_chain_run);

noinline __noclone void sa_leaf_return(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
}
