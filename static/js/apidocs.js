/* Draws the API from its OpenAPI description. Tokens typed here stay in the page and go nowhere but to this server. */
(function () {
  'use strict';
  const place = document.getElementById('swagger-ui');
  SwaggerUIBundle({
    url: place.dataset.schema,
    dom_id: '#swagger-ui',
    presets: [SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
    deepLinking: true,
    validatorUrl: null,
  });
})();
