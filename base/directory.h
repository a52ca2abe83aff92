/* Making directories, so that they last. */
#ifndef BASE_DIRECTORY_H
#define BASE_DIRECTORY_H

/* Makes a directory and those above it, 0700 each, and puts their names on the disk. Returns 0, or -1 with errno. */
int directory_make(const char *path);
/* Puts the names in a directory on the disk: a new file lasts only after that. Returns 0, or -1 with errno. */
int directory_sync(int dir_fd);

#endif
