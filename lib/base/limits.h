/* SPDX-License-Identifier: ISC */
/*
 * Every limit of Rollcall, in one file.
 *
 * What arrives from the network or from an administrator's folder is measured against these before
 * anything is done with it. lighttpd's configuration is written from the same numbers (see
 * lighttpd/), so that what the web server refuses and what the workers refuse never disagree.
 * Sizes are bytes, times are seconds, unless the name says otherwise.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* A request as it comes in. */
#define LIMIT_QUERY 8192             /* the query string, as sent */
#define LIMIT_HEADER 16384           /* the request line and all header fields */
#define LIMIT_ARGS 256               /* arguments in a query; lighttpd's 8 KB allow some 4000 */
#define LIMIT_ARG_NAME 64            /* the name of an argument, decoded */
#define LIMIT_ARG_VALUE 1024         /* the value of an argument, decoded */
#define LIMIT_TYPE 32                /* type, e.g. "IP232" */
#define LIMIT_SN 32                  /* serial number, e.g. "00-90-33-30-00-af" */
#define LIMIT_HWID 64                /* hardware id, e.g. "IP232-30-00-af" */
#define LIMIT_IP 64                  /* an address as text, IPv6 with a zone included */
#define LIMIT_PHASE 71               /* the name of a phase: LIMIT_NAME, and _first_ before it */
#define LIMIT_ENV 64                 /* the name of one environment */
#define LIMIT_ENVS 32                /* environments named by one device */
#define LIMIT_REPLY (4 << 20)        /* the snippets in one reply */
#define LIMIT_HOST 255               /* the Host header */
#define LIMIT_ASKED 1024             /* the URL of a poll, as it is kept */
#define LIMIT_NEW_URL 2000           /* a URL that a device is told to use from now on, decoded */
#define LIMIT_BODY (16 << 20)        /* any body */
#define LIMIT_BODY_ANSWER (64 << 10) /* the answer to a query */
#define LIMIT_ANSWER_NODES 4000      /* elements in it */
#define LIMIT_ANSWER_DEPTH 100       /* elements within elements */
#define LIMIT_ANSWER_ATTRS 500       /* attributes of one element */
#define LIMIT_NAME_DEVICE 128        /* the name of a device, from an answer */
#define LIMIT_CERT_NAME 256          /* a common name in a certificate */
#define LIMIT_CERT_NAMES 1024        /* those of all its issuers */
#define LIMIT_CSR (16 << 10)         /* a signing request */
#define LIMIT_AUDIT 1000000          /* entries of the audit; older ones go first */
#define LIMIT_SIGN_MS 2000           /* a worker waits no longer for a signature */
#define LIMIT_SIGNER_SECONDS 30      /* a signer that is longer at one order is replaced */

/* Logs and alarms of devices. */
#define LIMIT_ENTRY (16 << 10) /* an entry, as sent */
#define LIMIT_ENTRY_FIELDS 64  /* fields in it */
#define LIMIT_ENTRY_NAME 64    /* the name of one, decoded */
#define LIMIT_ALARMS \
	200000 /* that are remembered; then some go of the address that most came from */
#define LIMIT_ALARMS_DEVICE 100  /* of one device: the one that was quiet for longest goes first */
#define LIMIT_OUTBOX 100000      /* news of alarms that wait to be passed on; older ones go first */
#define LIMIT_OUTBOX_DAYS 7      /* the same, by age */
#define LIMIT_FORWARDS 16        /* where alarms are passed on to */
#define LIMIT_LOG_FILES 20000    /* files of devices in one folder; more are not made */
#define LIMIT_AP_WORKERS 4       /* processes that take them, at most; a core each */
#define LIMIT_AP_SECONDS 10      /* a worker that is longer at one entry is replaced */
#define LIMIT_FORWARD_SECONDS 60 /* the same of the process that passes alarms on */

/* What this server fetches to back itself up (commands/@url). */
#define LIMIT_ERRANDS 100             /* commands in the file */
#define LIMIT_ERRANDS_FILE (64 << 10) /* the file */
#define LIMIT_ERRANDS_SECONDS 7200    /* all of it is done within so long */

/* An administrator's files. */
#define LIMIT_CONFIG (1 << 20)          /* user-config.xml */
#define LIMIT_CONFIG_NODES 20000        /* elements in it */
#define LIMIT_CONFIG_DEPTH 32           /* elements within elements */
#define LIMIT_CONFIG_ATTRS 64           /* attributes of one element */
#define LIMIT_NAME 64                   /* a phase, environment, class, query, model */
#define LIMIT_CLASSES 256               /* configured classes */
#define LIMIT_PHASES 64                 /* configured phases */
#define LIMIT_ENVIRONMENTS 1024         /* configured environments */
#define LIMIT_MODELS 1024               /* models in one list */
#define LIMIT_QUERIES 256               /* configured queries */
#define LIMIT_PROXIES 64                /* configured proxies */
#define LIMIT_SETTING 2048              /* the text of one setting */
#define LIMIT_SNIPPET (1 << 20)         /* one snippet file */
#define LIMIT_SNIPPETS 20000            /* snippet files in the folder */
#define LIMIT_SNIPPETS_TOTAL (48 << 20) /* all of them; a worker holds each twice */
#define LIMIT_MASTER_INFO (64 << 10)    /* what a master device answers */
#define LIMIT_MASTER_NODES 16000        /* elements in it */
#define LIMIT_FILE_NAME 255             /* the name of a file, without its folder */

/* XPath, on the state of a device (core/xpath.h). */
#define LIMIT_XPATH_BYTES (256 << 10) /* the document */
#define LIMIT_XPATH_NODES 8000        /* elements, attributes and texts in it */
#define LIMIT_XPATH_PAIRS 80000000    /* bytes that comparing all of it with itself may take */
#define LIMIT_XPATH_OPS 200000        /* operations of one evaluation */
#define LIMIT_XPATH_MS 60             /* processor time after which one is ended in any case */
#define LIMIT_XPATH_VALUE 2048        /* a value */

/* The store. */
#define LIMIT_DEVICES 2000000      /* more are not made */
#define LIMIT_RESERVE (256 << 20)  /* no device is made when less is free on the disk, … */
#define LIMIT_RESERVE_PART 20      /* … or less than this part of it, whichever is less */
#define LIMIT_MESSAGES 200         /* messages kept of one device; older ones go first */
#define LIMIT_MESSAGE 512          /* one message */
#define LIMIT_SESSIONS 2000        /* of browsers; those unused for longest go first */
#define LIMIT_SESSION_IDLE 43200   /* one that was not used for so long, and master/@idle, goes */
#define LIMIT_READERS 510          /* processes that may read at once */
#define LIMIT_POST (128 << 10)     /* one list of changes on its way to the writer */
#define LIMIT_WRITER_SECONDS 10    /* a writer that is longer at one commit is replaced */
#define LIMIT_RECEIPT_MS 4000      /* a worker waits no longer for what it promises */
#define LIMIT_RETRY_SECONDS 30     /* a device is told to come again so much later (Retry-After) */
#define LIMIT_SIGHTING_MS 250      /* how often sightings are taken from their pipe … */
#define LIMIT_SIGHTING_HOLD_MS 500 /* … and how long they are collected then: together below 1 s */

/* Backups of the whole server (desk/archive.h). */
#define LIMIT_ARCHIVE_FILES 20000000   /* files and folders in one */
#define LIMIT_ARCHIVE_NAME 1024        /* the name of one, with its folders */
#define LIMIT_ARCHIVE_DEPTH 32         /* folders within folders */
#define LIMIT_ARCHIVE_SECRET (1 << 20) /* a file with a key or passwords */

/* What `rollcall import` takes over. */
#define LIMIT_STATE (4 << 20)     /* the state document of a device */
#define LIMIT_STATE_NODES 50000   /* elements in it */
#define LIMIT_STATE_ATTRS 256     /* attributes of one element */
#define LIMIT_CERT_FILE (1 << 20) /* one file of the folder with certificates */
#define LIMIT_IMPORT_LINES 200    /* things of one kind that the report names */

/* Pages. */
#define LIMIT_RENDER_OPS \
	20000000 /* XPath operations of one page: a list of 500 devices takes a tenth */

/* Filters. */
#define LIMIT_FILTER_WORDS 32 /* words of one filter */
#define LIMIT_FILTER_WORD 256 /* one of them */

/* Time. */
#define LIMIT_SNIPPET_RESCAN_MS 1000 /* the snippet folder is looked at again after this */
#define LIMIT_CONFIG_RESCAN_MS 1000  /* the configuration is looked at again after this */
#define LIMIT_REQUEST_SECONDS 10     /* a worker that is longer at one request is replaced */
#define LIMIT_WATCHDOG 3600          /* the most that --watchdog may make of that */
#define LIMIT_MASTER_SECONDS 10      /* a master device that has not answered by then did not */
#define LIMIT_MASTER_RETRY 60        /* asked again after a failure */
#define LIMIT_READY_SECONDS 3        /* `rollcall serve` waits no longer for the master device */

/* Processes. */
#define LIMIT_BASES 8                 /* base paths of a server */
#define LIMIT_WORKERS 64              /* workers of one pool */
#define LIMIT_WORKER_REQUESTS 200000  /* a worker leaves after this many and is replaced */
#define LIMIT_WORKER_DATA (256 << 20) /* RLIMIT_DATA of a process … */
#define LIMIT_ADMIN_DATA (1 << 30)    /* … and of one that serves pages: it knows all devices */
#define LIMIT_ADMIN_WORKERS \
	3 /* processes that serve pages: two may be busy with a sign-in and an export */
#define LIMIT_ADMIN_SECONDS 60 /* one that is longer at one page is replaced */
#define LIMIT_BACKLOG 4096     /* listen backlog; lighttpd gets no more connections than this */
#define LIMIT_CONNECTIONS 4096 /* the most that lighttpd may be given: not above LIMIT_BACKLOG */
#define LIMIT_CONNECTIONS_NORMAL 2000 /* what it is given; descriptors are four times that */
#define LIMIT_PUBLIC_PATHS 64    /* paths of the web server that need no password, of each kind */
#define LIMIT_WEBDAV (1 << 30)   /* a file that somebody puts into /webdav/ */
#define LIMIT_WEB_LOG (10 << 20) /* a log of lighttpd that is longer is rotated, … */
#define LIMIT_WEB_LOG_KEEP 4     /* … and so many of each are kept */
#define LIMIT_TRUSTED_PROXIES 64 /* proxies whose X-Forwarded-For is believed */
#define LIMIT_LOG_SUBJECT 512    /* of it, what it is about */
#define LIMIT_LOG_LINE 2048      /* one line of the log */

#endif
