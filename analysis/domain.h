/* The part of a host's name that somebody registered, by the Public Suffix List. */
#ifndef ANALYSIS_DOMAIN_H
#define ANALYSIS_DOMAIN_H

/*
 * "example.co.uk" of "www.example.co.uk": a part of `host` (ASCII, lower case, no address). NULL
 * where there is none: the name is itself a public suffix. The list is the one that libpsl was
 * built with, so that a day's rows do not depend on the machine's updates. Safe in threads.
 */
const char *domain_of(const char *host);

#endif
