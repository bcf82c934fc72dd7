import { Module } from '@nestjs/common';
import { AccessModule } from '#libs/access';
import { ProjectsController } from './projects.controller.js';

@Module({ imports: [AccessModule], controllers: [ProjectsController] })
export class ProjectsHttpModule {}
