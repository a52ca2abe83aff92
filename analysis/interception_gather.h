/* What interception.c has gathered and interception_finish.c puts in order. */
#ifndef ANALYSIS_INTERCEPTION_GATHER_H
#define ANALYSIS_INTERCEPTION_GATHER_H

#include "analysis/interception.h"

struct arena;
struct names;

enum { SHOWN_RECORD_SIZE = 96 };
enum shown { SHOWN_GENUINE, SHOWN_FORGED, SHOWN_DOUBTFUL };

/* One leaf at one target in one network. */
struct shown_cert {
	enum shown how;
	uint32_t cert, target, network;
	bool local; /* the verdict says that everything is intercepted */
	int64_t n, first_us, last_us, expired;
	char record[SHOWN_RECORD_SIZE]; /* the first; longer ids are cut */
	double age_least_h, age_most_h;
};

struct interception {
	const struct known_cas *known;
	struct arena *arena;
	struct names *cert_names, *target_names, *network_names, *shown_names;
	struct cert **certs;
	const char **hosts; /* of targets; NULL: no URL */
	struct cert_network *networks;
	struct shown_cert *shown;
	size_t ncerts, nhosts, nnetworks, nshown;
	size_t nchains; /* kept */
	struct interception_report report;
};

#endif
