/* One target: a URL taken apart, with what the list said of it. */
#ifndef TARGETS_TARGET_H
#define TARGETS_TARGET_H

#include <stdbool.h>
#include <stddef.h>

enum { TARGET_ERROR_SIZE = 160 };

struct target {
	char *url; /* normalised: lower-case scheme and ASCII host, port only when not the scheme's, path at least "/" */
	bool https;
	char *host; /* ASCII (A-labels); an IPv6 literal without brackets */
	bool host_is_ip;
	int port;
	char *path; /* with the query, without the fragment; at least "/" */
	/* From the list; "" where it says nothing. */
	char *category; /* Citizen Lab's code */
	char *added; /* the day it came on the list, as the list writes it */
	char *source, *notes;
	const char *list; /* the list's name, owned by the list; "" for a target of its own */
	int line; /* in its file; 0 none */
};

/*
 * Reads "https://host[:port][/path]", "http://...", or a bare host name or address (then https://). IDN goes through
 * libidn2 (UTS #46, non-transitional); an invalid name, another scheme, user:password@, a bad port,
 * white space and control characters are refused. Returns 0, or -1 with the reason in error. Free with target_clear.
 * Pure: fuzzed.
 */
int target_parse(const char *text, struct target *target, char error[TARGET_ERROR_SIZE]);
void target_clear(struct target *target);

#endif
