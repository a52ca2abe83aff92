/* Text of words, broken into lines that fit a terminal. */
#ifndef BASE_PARAGRAPH_H
#define BASE_PARAGRAPH_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes the text, its lines broken at blanks to be less than `width` columns wide (below 20: as if it were 80; a word that is
 * longer stands on a line of its own), and a newline. The cursor is taken to stand at column `indent` already; further lines
 * begin with so many blanks. Control characters and bad UTF-8 become '?'.
 */
void paragraph_write(FILE *out, const char *text, size_t indent, int width);

#endif
