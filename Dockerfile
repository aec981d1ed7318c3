# syntax=docker/dockerfile:1
# Three targets: cpu (default), cuda, vulkan. Debian, never Alpine: llama.cpp's binaries need glibc.
#   docker build --target cuda -t troupe:cuda .

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json .npmrc ./
# The image has Node 24 already, so the dev dependencies (which bring it elsewhere) stay out.
RUN npm install --omit=dev

FROM packages AS packages-cpu
RUN rm -rf node_modules/@node-llama-cpp/*-cuda node_modules/@node-llama-cpp/*-cuda-ext node_modules/@node-llama-cpp/*-vulkan

FROM packages AS packages-cuda
RUN rm -rf node_modules/@node-llama-cpp/*-vulkan

FROM packages AS packages-vulkan
RUN rm -rf node_modules/@node-llama-cpp/*-cuda node_modules/@node-llama-cpp/*-cuda-ext

FROM scratch AS program
COPY package.json LICENSE /
COPY src /src
COPY personas /personas
COPY models /models

# llama.cpp's CUDA build is linked against the runtime and cuBLAS of CUDA 13; the driver comes from the host.
FROM nvidia/cuda:13.0.2-runtime-ubuntu24.04 AS cuda
COPY --from=packages /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production TROUPE_DATA=/data NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /app
COPY --from=packages-cuda /app/node_modules ./node_modules
COPY --from=program / ./
RUN useradd --uid 10001 --create-home troupe && mkdir -p /data && chown troupe:troupe /data
USER troupe
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["node", "src/main.ts", "doctor", "--health"]
CMD ["node", "src/main.ts", "start", "--discord"]

FROM node:24-bookworm-slim AS vulkan
RUN apt-get update && apt-get install -y --no-install-recommends libvulkan1 mesa-vulkan-drivers && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production TROUPE_DATA=/data
WORKDIR /app
COPY --from=packages-vulkan /app/node_modules ./node_modules
COPY --from=program / ./
RUN useradd --uid 10001 --create-home troupe && mkdir -p /data && chown troupe:troupe /data
USER troupe
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["node", "src/main.ts", "doctor", "--health"]
CMD ["node", "src/main.ts", "start", "--discord"]

FROM node:24-bookworm-slim AS cpu
ENV NODE_ENV=production TROUPE_DATA=/data
WORKDIR /app
COPY --from=packages-cpu /app/node_modules ./node_modules
COPY --from=program / ./
RUN useradd --uid 10001 --create-home troupe && mkdir -p /data && chown troupe:troupe /data
USER troupe
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["node", "src/main.ts", "doctor", "--health"]
CMD ["node", "src/main.ts", "start", "--discord"]
