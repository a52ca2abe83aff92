/* Pages of the lab's sites: made of words, the same at every start, and of different length and
 * looks. Pure. */
#ifndef TESTS_LAB_WORLD_PAGES_H
#define TESTS_LAB_WORLD_PAGES_H

#include <stddef.h>

struct buf;
struct site;

/* Appends the site's page, of about site->page_size bytes; what follows "/" in the path changes a
 * few words. */
void page_write(const struct site *site, const char *path, struct buf *out);
/* Appends header lines: Server and what else this site's server likes to say. */
void page_headers(const struct site *site, struct buf *out);
/* Appends a short page of this title and text, such as for an error. */
void page_note(const char *title, const char *text, struct buf *out);

#endif
