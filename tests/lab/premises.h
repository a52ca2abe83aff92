/* What the lab's roles need before they can play: programs, an empty place, certificates. */
#ifndef LAB_PREMISES_H
#define LAB_PREMISES_H

struct arena;

struct premises {
	struct arena *arena; /* borrowed */
	const char *self, *netvane; /* this program, the probe: absolute paths, as all others */
	const char *certs; /* where the lab's certificates are */
	const char *scratch; /* a directory that goes with the process */
};

/* A path in full; NULL, logged, where there is nothing. */
char *premises_path(struct premises *p, const char *path);
/* Finds the programs; netvane NULL: $NETVANE, else beside this program. Returns 0, or -1, logged. */
int premises_find(struct premises *p, const char *netvane);
/*
 * After space_leave: alone with the machine's files. certs NULL: some are made. Returns -1 to go on, or the exit code.
 */
int premises_enter(struct premises *p, const char *certs);

#endif
