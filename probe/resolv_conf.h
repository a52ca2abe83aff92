/* resolv.conf(5): the nameservers that the system would ask. */
#ifndef PROBE_RESOLV_CONF_H
#define PROBE_RESOLV_CONF_H

/*
 * Calls nameserver with the text of each address in the file, in order. It returns 0, or -1
 * where it can do nothing with the text, which is logged. Whether the file is missing, unreadable
 * or no regular file is logged too.
 */
void resolv_conf_read(const char *path, int (*nameserver)(const char *text, void *arg), void *arg);

#endif
