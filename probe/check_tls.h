/* One TLS handshake on a connected socket; everything about the chain is kept. */
#ifndef PROBE_CHECK_TLS_H
#define PROBE_CHECK_TLS_H

#include "probe/check.h"

/*
 * How far a handshake got, in its record's `step`: "start" (nothing sent), "client_hello_sent"
 * (the kernel took it), "server_hello_received", "certificate_received", "finished_received",
 * "done" (our Finished is sent too).
 *
 * Owns fd from here on. address is "ip:port" for the records; server_name is the SNI and the name to verify
 * (an IP literal is verified as one and sends no SNI); both borrowed until done. The outcome is the handshake's failure; a certificate
 * that does not verify is a failure (ssl_*), the handshake being finished all the same so as to record everything.
 */
struct check *check_tls_new(struct probe *probe, struct measurement *m, int fd, const char *address,
    const char *server_name, void (*done)(struct check *check, void *arg), void *arg);
/* In `done`: index of its handshake in m->tls. */
size_t check_tls_result(const struct check *check);

#endif
