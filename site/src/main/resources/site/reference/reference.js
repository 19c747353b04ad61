/* Shows /openapi.json by Swagger UI, which is a webjar and not a module. */
window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', docExpansion: 'list', defaultModelsExpandDepth: 0 });
