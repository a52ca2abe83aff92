/* The configuration files, in their order. */
#ifndef PROBE_CONF_FILES_H
#define PROBE_CONF_FILES_H

struct conf;

/*
 * Defaults, /etc/netvane/netvane.conf, the user's file, then `file` (NULL: none). Returns NULL after logging, with the exit
 * code in *code: EX_CONFIG, or EX_NOINPUT when `file` cannot be read.
 */
struct conf *conf_files_read(const char *file, int *code);

#endif
