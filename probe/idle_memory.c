/* Memory that is given back while nothing is measured. */
#include "probe/idle_memory.h"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Relocations in code make pages of it our own, and what was written there would be lost. */
static bool
has_text_relocations(const struct dl_phdr_info *info)
{
	const ElfW(Dyn) *d;
	size_t i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_DYNAMIC)
			continue;
		for (d = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr); d->d_tag != DT_NULL; d++)
			if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL) != 0))
				return true;
	}
	return false;
}

/*
 * The segments without PF_W: the others are private copies, of which the file knows nothing. Private as well is only what a debugger
 * wrote into code: its breakpoints go.
 */
static int
let_go(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from, until;
	const ElfW(Phdr) *p;
	size_t i;

	(void)size;
	(void)arg;
	if (has_text_relocations(info))
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++) {
		p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD || (p->p_flags & PF_W) != 0)
			continue;
		/* A page that is shared with the next segment is not touched. */
		from = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
		until = (info->dlpi_addr + p->p_vaddr + p->p_memsz) & ~(page - 1);
		if (until > from)
			(void)madvise((void *)from, until - from, MADV_DONTNEED);
	}
	return 0;
}

void
idle_memory_release(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
	dl_iterate_phdr(let_go, NULL);
}
