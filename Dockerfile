# One static binary with the content inside, on nothing.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /palabre
COPY Cargo.toml Cargo.lock build.rs ./
COPY src src
COPY content content
COPY templates templates
COPY fake-bot-api/Cargo.toml fake-bot-api/
# What Cargo.toml names must be there, though nothing of it is built here: benches, tests, the crate that tests use.
RUN mkdir -p tests benches fake-bot-api/src fake-bot-api/tests \
    && touch tests/main.rs benches/palabre.rs benches/delivery.rs fake-bot-api/src/lib.rs fake-bot-api/tests/main.rs
# What `palabre --version` says: `docker build --build-arg PALABRE_COMMIT="$(git rev-parse HEAD)"`. The history is not in the context.
ARG PALABRE_COMMIT=""
# The C library inside: the binary needs nothing around it. The target is named so that macros are not built that way.
ENV RUSTFLAGS="-C target-feature=+crt-static"
RUN target="$(rustc -vV | sed -n 's/^host: //p')" \
    && cargo build --release --locked --target "$target" --bin palabre \
    && cp "target/$target/release/palabre" /palabre/palabre

FROM scratch
COPY --from=build /palabre/palabre /palabre
USER 65532:65532
ENTRYPOINT ["/palabre"]
CMD ["run"]
