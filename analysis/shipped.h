/* The tables that ship with netvane. */
#ifndef ANALYSIS_SHIPPED_H
#define ANALYSIS_SHIPPED_H

struct known_cas;

/* Authorities known for interception, from where the files are that ship with netvane (targets/datadir.h). What is wrong is logged. Free with known_cas_clear. */
void shipped_known_cas(struct known_cas *known);

#endif
