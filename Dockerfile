# One static binary with the content inside, on nothing.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /palabre
COPY Cargo.toml Cargo.lock build.rs ./
COPY src src
COPY content content
# Benches and tests are named in Cargo.toml; they are not built here.
RUN mkdir -p tests benches && touch tests/main.rs benches/palabre.rs
ENV RUSTFLAGS="-C target-feature=+crt-static"
RUN cargo build --release --locked --target x86_64-unknown-linux-gnu --bin palabre

FROM scratch
COPY --from=build /palabre/target/x86_64-unknown-linux-gnu/release/palabre /palabre
USER 65532:65532
ENTRYPOINT ["/palabre"]
CMD ["run"]
