/* Where the files that ship with the programs are. */
#ifndef TARGETS_DATADIR_H
#define TARGETS_DATADIR_H

/* The path of "lists/x.csv" and the like (to free): below $NETVANE_DATADIR (for a tree not yet
 * installed), else as built. */
char *datadir_path(const char *file);

#endif
