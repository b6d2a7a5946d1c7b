/**
 * Brood files: {@code brood.yaml}, PM2's ecosystem files in YAML or JSON, and {@code Procfile}
 * become one immutable model, {@link dev.brood.daemon.config.BroodFile}. Imports nothing of Brood
 * but {@code dev.brood.process}.
 */
package dev.brood.daemon.config;
