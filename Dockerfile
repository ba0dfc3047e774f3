# One static binary with the content inside, on nothing.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /palabre
COPY Cargo.toml Cargo.lock build.rs ./
COPY src src
COPY content content
# Benches and tests are named in Cargo.toml; they are not built here.
RUN mkdir -p tests benches && touch tests/main.rs benches/palabre.rs
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
