import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { closeDoors } from './platform/close-doors.ts';
import { startCounting } from './platform/no-egress.ts';
import { registerServiceWorker } from './platform/register-service-worker.ts';

closeDoors();
startCounting();
mount(App, { target: document.body });
void registerServiceWorker();
