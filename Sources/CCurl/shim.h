#ifndef BUILDERD_CCURL_SHIM_H
#define BUILDERD_CCURL_SHIM_H

#include <curl/curl.h>

// libcurl's setters and getters are variadic, which Swift cannot call, and a variadic call does not check its argument's type.
// Each wrapper below fixes the type of one family of options; which option belongs to which family is in curl's manual pages
// (https://curl.se/libcurl/c/easy_setopt_options.html).

#pragma clang assume_nonnull begin

/// Options that take `long`: switches, milliseconds, enumerations, small sizes.
static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

/// Options that take `curl_off_t` (names end in `_LARGE`).
static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

/// Options that take a C string, which libcurl copies; NULL resets the option.
static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/// Options that take memory which libcurl does NOT copy (`CURLOPT_POSTFIELDS`, `CURLOPT_ERRORBUFFER`, the `…DATA` pointers,
/// `CURLOPT_PRIVATE`): the caller keeps it alive until the option is set again or the handle is cleaned up.
static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/// Options that take a list, which libcurl does NOT copy and only reads (`CURLOPT_HTTPHEADER`).
static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/// `CURLOPT_WRITEFUNCTION` and `CURLOPT_HEADERFUNCTION`, which share one signature.
static inline CURLcode ccurl_set_receiver(
    CURL *handle,
    CURLoption option,
    size_t (*receiver)(char *_Nullable bytes, size_t size, size_t count, void *_Nullable context)
) {
    return curl_easy_setopt(handle, option, receiver);
}

/// `CURLOPT_PREREQFUNCTION`: called when the connection stands, immediately before the request is sent.
static inline CURLcode ccurl_set_before_send(
    CURL *handle,
    int (*callback)(
        void *_Nullable context, char *_Nullable peer, char *_Nullable local, int peer_port, int local_port
    )
) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

/// Information that is a `long`; 0 when libcurl has none.
static inline long ccurl_get_long(CURL *handle, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

/// Information that is a `curl_off_t` (names end in `_T`); -1 when libcurl has none.
static inline curl_off_t ccurl_get_offset(CURL *handle, CURLINFO info) {
    curl_off_t value = -1;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : -1;
}

/// `CURLINFO_PRIVATE`: the pointer that `CURLOPT_PRIVATE` stored.
static inline void *_Nullable ccurl_get_private(CURL *handle) {
    char *value = NULL;
    return curl_easy_getinfo(handle, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

/// Options of a multi handle that take `long`.
static inline CURLMcode ccurl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

/// The next finished transfer of a multi handle: its easy handle and result, or NULL. `CURLMsg` holds its result in a union
/// that is valid for `CURLMSG_DONE` alone, the one message there is.
static inline CURL *_Nullable ccurl_multi_next_done(CURLM *handle, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(handle, &left))) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

/// The CA bundle that libcurl was built to trust, or NULL; `CURLVERSION_NOW` is a macro that Swift does not see. Static memory.
static inline const char *_Nullable ccurl_system_ca_bundle(void) {
    curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
    return version && version->age >= CURLVERSION_SEVENTH ? version->cainfo : NULL;
}

#pragma clang assume_nonnull end

#endif
