#include "cli/exit_code.hpp"

namespace diptych::cli {

int exit_code(errc kind) {
    switch (kind) {
        case errc::failed:
            return 1;
        case errc::invalid:
            return 2;
        case errc::refused:
            return 3;
        case errc::conflict:
            return 4;
        case errc::not_found:
            return 5;
        case errc::denied:
            return 6;
        case errc::unavailable:
            return 7;
        case errc::outcome_unknown:
            return 8;
        case errc::corrupt:
            return 9;
    }
    return 1;
}

errc kind_of_status(int status) {
    switch (status) {
        case 401:
        case 403:
            return errc::denied;
        case 404:
        case 405:
            return errc::not_found;
        case 409:
            return errc::refused;
        case 412:
            return errc::conflict;
        case 429:
        case 503:
            return errc::unavailable;
        default:
            return status >= 400 && status < 500 ? errc::invalid : errc::failed;
    }
}

}  // namespace diptych::cli
