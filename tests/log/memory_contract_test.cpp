#include "contract/log_contract.hpp"
#include "log/indexed_memory.hpp"
#include "log/memory/memory_engine.hpp"

namespace diptych::contract {

struct memory {
    std::shared_ptr<log::memory::store> store = std::make_shared<log::memory::store>(id_of(42));

    std::unique_ptr<log::engine> engine() {
        return std::make_unique<log::memory::memory_engine>(store);
    }
};

struct indexed_memory {
    std::shared_ptr<log::memory::store> store = std::make_shared<log::memory::store>(id_of(42));
    std::shared_ptr<test::block_index> index = std::make_shared<test::block_index>();

    std::unique_ptr<log::engine> engine() {
        return std::make_unique<test::indexed_memory_engine>(store, index);
    }
};

}  // namespace diptych::contract

TYPE_TO_STRING_AS("memory", diptych::contract::memory);
TYPE_TO_STRING_AS("memory with an index", diptych::contract::indexed_memory);

DIPTYCH_LOG_CONTRACT(memory, indexed_memory);
