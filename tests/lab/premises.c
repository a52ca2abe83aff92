/* What the lab's roles need before they can play. */
#include "tests/lab/premises.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/child.h"
#include "tests/lab/space.h"

char *
premises_path(struct premises *p, const char *path)
{
	char real[PATH_MAX];

	if (realpath(path, real) == NULL) {
		log_error("cannot find %s", path);
		return NULL;
	}
	return arena_strdup(p->arena, real);
}

/* This program is in the build directory or in libexec; the probe is named, or beside it. */
int
premises_find(struct premises *p, const char *netvane)
{
	char *self = premises_path(p, "/proc/self/exe");

	if (self == NULL)
		return -1;
	p->self = self;
	if (netvane == NULL)
		netvane = getenv("NETVANE");
	if (netvane == NULL)
		netvane = arena_printf(p->arena, "%.*snetvane", (int)(strrchr(self, '/') + 1 - self), self);
	p->netvane = premises_path(p, netvane);
	return p->netvane != NULL ? 0 : -1;
}

static int
make_certs(struct premises *p, const char *certs)
{
	char *dir = arena_printf(p->arena, "%s/certs", p->scratch);
	pid_t pid;

	if (certs != NULL) {
		p->certs = premises_path(p, certs);
		return p->certs != NULL ? 0 : -1;
	}
	p->certs = dir;
	pid = fork();
	if (pid < 0)
		log_fatal("no process");
	if (pid == 0) {
		execl(p->self, p->self, "certs", dir, (char *)NULL);
		_exit(127);
	}
	if (child_wait(pid) == 0)
		return 0;
	log_errorx("no certificates for the lab");
	return -1;
}

int
premises_enter(struct premises *p, const char *certs)
{
	p->scratch = space_scratch();
	if (p->scratch == NULL) {
		log_errorx("there is no empty directory to mount temporary files over");
		return SPACE_REFUSED;
	}
	/* The machine's own configuration is not the lab's. */
	mount("lab", NETVANE_SYSCONFDIR "/netvane", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700");
	setenv("TMPDIR", p->scratch, 1);
	return make_certs(p, certs) == 0 ? -1 : EX_SOFTWARE;
}
