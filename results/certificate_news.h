/*
 * What is new about the certificate that a site showed: its key, its issuer. A note for whoever asks when a site's certificate changed, and
 * never a suspicion: it verified, and sites change theirs all the time. Pure.
 */
#ifndef RESULTS_CERTIFICATE_NEWS_H
#define RESULTS_CERTIFICATE_NEWS_H

#include <stdbool.h>

struct measurement;

struct certificate_news {
	/* The baseline knows other keys, and other issuers; of several addresses one that shows it is enough. */
	bool new_key, new_issuer;
	/* SHA-256, hex, of that one's SubjectPublicKeyInfo and of its issuer's name; "" where nothing is new. */
	char key[65], issuer[65];
};

/* By the target's own handshakes that verified, and m->baseline. Without a history nothing is new. */
struct certificate_news certificate_news_of(const struct measurement *m);

#endif
