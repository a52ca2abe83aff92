/*
 * X.501 distinguished names: for people, and for comparing those of different writers. Pure.
 */
#ifndef RESULTS_DNAME_H
#define RESULTS_DNAME_H

#include <openssl/types.h>

struct arena;

enum {
	DNAME_TEXT_MOST = 1024, /* bytes of text; the rest of a longer name is cut off */
	DNAME_PAIRS_MOST = 32   /* a name with more attributes equals none */
};

/*
 * As RFC 4514 has it, the last attribute first. What is not UTF-8, control characters and NUL are
 * escaped as \xx. In the arena.
 */
char *dname_text(const X509_NAME *name, struct arena *arena);
/*
 * The name's attributes as a sorted set, "c=kz,cn=qaznet trust network": equal for two names
 * whatever the order of their attributes, the case of ASCII letters and the white space. "" for a
 * name without attributes, or with too many. In the arena.
 */
char *dname_normal(const X509_NAME *name, struct arena *arena);
/*
 * The same of a name written as text, "C=KZ, CN=Qaznet Trust Network", with RFC 4514's backslashes
 * for what would separate. NULL: it is not such a text.
 */
char *dname_normal_text(const char *text, struct arena *arena);

#endif
