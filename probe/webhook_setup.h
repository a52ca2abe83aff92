/* What the configuration says of a webhook: its URL, and the file with a header line. */
#ifndef PROBE_WEBHOOK_SETUP_H
#define PROBE_WEBHOOK_SETUP_H

#include <stddef.h>

/*
 * "https://HOST/PATH", also with "#IP,IP" to spare looking the name up; http:// only to this machine itself (127.0.0.0/8, ::1,
 * localhost), without #. No user and password: process lists and logs show URLs, the header file is for that. Returns what is wrong;
 * NULL nothing. Static. Pure.
 */
const char *webhook_url_wrong(const char *text);
/* "https://host:port" of a good URL, to free: for logs, because the path may be a secret, too. Pure. */
char *webhook_url_place(const char *text);

enum { WEBHOOK_HEADER_MAX = 8192 };

/*
 * One line "Name: value". Returns it without its end, to free; NULL: it is none, and *wrong says why (static). Host, and what frames
 * the message, are not the file's to say. Pure.
 */
char *webhook_header_parse(const char *text, size_t len, const char **wrong);
/* The same from a file. NULL after logging. One that others can read is logged, and taken. */
char *webhook_header_read(const char *path);

#endif
