# The product as one image; compose.yaml tells which process a container of it runs.

FROM node:22.12.0-bookworm-slim AS browser
WORKDIR /cascade
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.12.8-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CASCADE_DATA_DIR=/data HOST=0.0.0.0
RUN useradd --system --uid 10001 --create-home cascade && install --directory --owner=cascade --mode=0711 /data
WORKDIR /cascade
COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY --from=browser /cascade/node_modules node_modules
COPY . .
# Reads no settings: keys are made when the product first starts, in the volume, and never here.
RUN python -m scripts.translations
USER cascade
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "cascade_site.start", "web"]
