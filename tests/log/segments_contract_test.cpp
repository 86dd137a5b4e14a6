#include "contract/log_contract.hpp"
#include "log/segments/frames.hpp"

namespace diptych::contract {

struct segments {
    log::segments::temporary_folder folder;

    std::unique_ptr<log::engine> engine() {
        using log::segments::segment_engine;
        return segment_engine::open(
                   folder.path(),
                   segment_engine::mode::writer,
                   storage::system_disk(),
                   system_clock(),
                   system_random()
        )
            .or_throw();
    }
};

}  // namespace diptych::contract

TYPE_TO_STRING_AS("segments", diptych::contract::segments);

DIPTYCH_LOG_CONTRACT(segments);
