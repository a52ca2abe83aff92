/* Files that belong to the programs, where the tree that was built has them. */
#ifndef BASE_BESIDE_H
#define BASE_BESIDE_H

/*
 * A directory of files that ship with the programs (to free): what the environment variable says, if it says something; else where they are installed; else,
 * for a tree that was only built, `built`, which is relative to this program's own directory. One that is not there is named as installed.
 */
char *beside_directory(const char *variable, const char *installed, const char *built);

#endif
