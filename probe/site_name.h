/* What a site is called in a table. */
#ifndef PROBE_SITE_NAME_H
#define PROBE_SITE_NAME_H

/* The URL without https:// and without the slash of a bare front page: these go without saying. To free(). */
char *site_name(const char *url);

#endif
