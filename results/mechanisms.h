/* What a failure looks like, as a mechanism of the contract's closed set. Pure. */
#ifndef RESULTS_MECHANISMS_H
#define RESULTS_MECHANISMS_H

#include <stdbool.h>

#include "results/failure.h"
#include "results/trials.h"
#include "results/verdict.h"

struct address_facts;
struct tls_handshake;

/* MECHANISM_NONE for what is in no set. */
enum mechanism mechanism_of_dns(enum failure failure);
enum mechanism mechanism_of_tls(const struct tls_handshake *tls);
enum mechanism mechanism_of_http(enum failure failure);
/* By the last step that the address got to. */
enum mechanism mechanism_of_address(const struct address_facts *address);
/* Of a handshake's reply, and of a plain request's. */
enum mechanism mechanism_of_reply(enum reply reply);
enum mechanism mechanism_of_http_reply(enum reply reply);
/* Expired, wrong name, unknown authority. */
bool mechanism_is_certificate(enum failure failure);

#endif
