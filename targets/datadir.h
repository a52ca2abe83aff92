/* Where the files that ship with the programs are. */
#ifndef TARGETS_DATADIR_H
#define TARGETS_DATADIR_H

/* The path of "lists/x.csv" and the like (to free): below $NETVANE_DATADIR, where it is installed, or in the tree that was built. */
char *datadir_path(const char *file);

#endif
